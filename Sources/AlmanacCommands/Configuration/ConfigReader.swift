#if CommandLine
import Almanac
import Yams

/// Reads a configuration file: a value, or all that is wrong with it.
struct ConfigReader {
  let problems = ConfigProblems()
  /// The directory that relative paths in the file start from.
  let directory: String
  let zones: ZoneDatabase
  /// What jobs say unless they say otherwise.
  var defaults = JobPolicies.default
  var defaultQueue = Lane.defaultQueue
  var defaultPriority = Priority.normal
  var file: ConfigFile
  /// By their names; those that are wrong are in ``faultyCalendars``.
  var calendars: [String: DayCalendar] = [:]
  var faultyCalendars: Set<String> = []

  private init(name: String, directory: String, zones: ZoneDatabase) {
    self.file = ConfigFile(name: name)
    self.directory = directory
    self.zones = zones
  }

  /// Reads the text of a file.
  ///
  /// - Parameters:
  ///   - path: the file's path, for messages, for its directory, and for the plan's name where it gives none.
  ///   - directory: the absolute path of the directory that the file lies in.
  /// - Throws: ``ConfigError`` with everything that is wrong.
  static func read(
    _ text: String, path: String, directory: String, zones: ZoneDatabase = .system
  ) throws(ConfigError) -> ConfigFile {
    var reader = ConfigReader(name: ConfigReader.planName(ofPath: path), directory: directory, zones: zones)
    do throws(ConfigProblem) {
      let source = try YAMLSource(text)
      guard let root = source.root else {
        throw ConfigProblem(line: 1, column: 1, message: "the file is empty; expected at least \"jobs:\"")
      }
      reader.read(root)
    } catch {
      reader.problems.add(error)
    }
    guard reader.problems.all.isEmpty else {
      throw ConfigError(file: path, problems: reader.problems.all.sorted(), source: text)
    }
    return reader.file
  }

  /// The name of the file without its directory and its last extension.
  static func planName(ofPath path: String) -> String {
    let base = path.split(separator: "/").last.map(String.init) ?? "almanac"
    guard let dot = base.lastIndex(of: "."), dot != base.startIndex else { return base }
    return String(base[..<dot])
  }

  static let keys = ["name", "store", "zone", "executors", "drainTimeout", "defaults", "calendars", "jobs"]

  private mutating func read(_ root: Node) {
    guard let scope = ConfigScope(root, "the file", keys: ConfigReader.keys, problems: self.problems) else { return }
    if let name = scope.text("name") {
      if name.isEmpty || name.utf8.count > 100
        || name.contains(where: { !$0.isLetter && !$0.isNumber && !"-_.".contains($0) })
      {
        scope["name"].map { self.problems.add($0.problem("name: expected letters, digits, \"-\", \"_\" and \".\"")) }
      }
      self.file.name = name
    }
    self.file.store = scope.value("store") { text throws(SyntaxProblem) in
      _ = try StoreAddress(text)
      return text
    }
    if let zone = self.zone(scope) { self.file.zone = zone.identifier }
    if let timeout = scope.duration("drainTimeout") { self.file.drainTimeout = timeout }
    self.readExecutors(scope)
    self.readDefaults(scope)
    self.readCalendars(scope)
    guard let jobs = scope["jobs"] else {
      return self.problems.add(root.problem("the key \"jobs\" is missing"))
    }
    self.readJobs(jobs)
  }

  private mutating func readDefaults(_ scope: ConfigScope) {
    let keys = ConfigReader.policyKeys + ["queue", "priority"]
    guard let node = scope["defaults"],
      let defaults = ConfigScope(node, "the defaults", keys: keys, problems: self.problems)
    else { return }
    self.defaults = self.policies(defaults)
    if let queue = defaults.text("queue") { self.defaultQueue = queue }
    if let priority = defaults.choice("priority", ConfigReader.priorities) { self.defaultPriority = priority }
  }

  private static let priorities = Priority.allCases.map { (String(describing: $0), $0) }

  private mutating func readExecutors(_ scope: ConfigScope) {
    guard let node = scope["executors"] else { return }
    guard case .mapping(let mapping) = node else {
      return self.problems.add(
        node.problem(
          "\"executors\" must be a mapping of names to how many runs may go at once, not \(node.kindInWords)"))
    }
    for (key, value) in mapping {
      guard case .scalar(let name) = key else { continue }
      let size = scope.value(value, name.string) { text throws(SyntaxProblem) in
        try ConfigScope.number(text, in: 1...100_000)
      }
      if let size { self.file.executors[name.string] = size }
    }
  }

  /// The zone that a mapping names, if it names one.
  func zone(_ scope: ConfigScope) -> ZoneRules? {
    scope.value("zone") { name throws(SyntaxProblem) in
      do throws(ZoneError) {
        return try self.zones.zone(name)
      } catch {
        throw SyntaxProblem(column: 1, message: ConfigReader.clause(error.description))
      }
    }
  }

  /// A sentence as the part of another one.
  static func clause(_ sentence: String) -> String {
    var text = sentence[...]
    while text.last == "." { text.removeLast() }
    return String(text)
  }

  private mutating func readJobs(_ node: Node) {
    if case .scalar(let scalar) = node, scalar.isNull { return }
    guard case .mapping(let mapping) = node else {
      return self.problems.add(
        node.problem("\"jobs\" must be a mapping of job ids to what each job is, not \(node.kindInWords)"))
    }
    for (key, value) in mapping {
      guard case .scalar(let name) = key else {
        self.problems.add(key.problem("the id of a job must be a word, not \(key.kindInWords)"))
        continue
      }
      let id = JobID(name.string)
      if let problem = id.problem { self.problems.add(key.problem(problem)) }
      if let job = self.job(id, at: key, value) { self.file.jobs.append(job) }
    }
  }

  private static let largestPayload = SchedulerConfiguration().maximumPayload

  static let jobKeys =
    ["title", "queue", "priority", "executor", "tags", "paused"] + workKeys + triggerKeys + policyKeys

  private func job(_ id: JobID, at key: Node, _ node: Node) -> JobDeclaration? {
    let subject = "the job \"\(VisibleText.line(id.rawValue))\""
    guard let scope = ConfigScope(node, subject, keys: ConfigReader.jobKeys, problems: self.problems) else {
      return nil
    }
    let work = self.work(scope, subject)
    let trigger = self.trigger(scope, subject)
    let policies = self.policies(scope, of: scope.has("http") ? .call : .command)
    let title = scope.text("title")
    let tags = scope.texts("tags", orSingle: true)
    let queue = scope.text("queue")
    let executor = scope.value("executor") { name throws(SyntaxProblem) in
      try ConfigScope.choice(name, self.file.executors.keys.sorted().map { ($0, $0) })
    }
    let priority = scope.choice("priority", ConfigReader.priorities)
    let isPaused = scope.flag("paused")
    guard let work, let trigger else { return nil }
    // A record is read and written whole. Told here, and not when half of the file has been applied.
    if work.encodedSize > ConfigReader.largestPayload {
      self.problems.add(
        key.problem(
          "\(subject) is larger than \(SizeText.exact(ConfigReader.largestPayload)); keep large texts in files"))
    }
    if let size = trigger.trigger.encodedSize(beyond: SchedulerConfiguration().maximumTrigger) {
      self.problems.add(
        key.problem(
          "the time of \(subject) has \(size) bytes with its calendars, at most "
            + "\(SizeText.exact(SchedulerConfiguration().maximumTrigger)) are allowed; have it use fewer or smaller calendars"
        ))
    }
    return JobDeclaration(
      id: id, line: key.mark?.line ?? 1, title: title, work: work, trigger: trigger.trigger, zone: trigger.zone,
      policies: policies, priority: priority ?? self.defaultPriority, queue: queue ?? self.defaultQueue,
      executor: executor ?? Lane.defaultExecutor, tags: Set(tags ?? []), isPaused: isPaused ?? false)
  }
}
#endif
