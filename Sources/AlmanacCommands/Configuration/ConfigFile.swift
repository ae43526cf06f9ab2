import Almanac

/// What a configuration file says.
struct ConfigFile: Sendable {
  /// The name of the plan: the file's jobs are told from others by it.
  var name: String
  /// The address of the store, as written; nil where the file does not say.
  var store: String?
  /// The zone of triggers that name none, and of what is printed.
  var zone: String = "UTC"
  /// How many runs may go at once, by executor alias.
  var executors: [String: Int] = [SchedulerConfiguration.defaultAlias: ConfigFile.defaultExecutorSize]
  /// How long a shutdown waits for runs.
  var drainTimeout: Duration?
  /// In the order of the file.
  var jobs: [JobDeclaration] = []

  /// Processes are heavier than tasks, so fewer of them than the library's default.
  static let defaultExecutorSize = 32

  /// The mark of the jobs that came from this plan.
  var creator: String { ConfigFile.creator(of: self.name) }

  static func creator(of plan: String) -> String { "file:\(plan)" }
}

/// One job of a configuration file.
struct JobDeclaration: Sendable {
  enum Work: Hashable, Sendable {
    case command(CommandJob)
    case http(HTTPJob)

    var jobName: String {
      switch self {
      case .command: CommandJob.jobName
      case .http: HTTPJob.jobName
      }
    }

    var payloadVersion: Int {
      switch self {
      case .command: CommandJob.payloadVersion
      case .http: HTTPJob.payloadVersion
      }
    }

    /// What may hold secrets, and is shown to nobody.
    var redactedFields: [String] {
      switch self {
      case .command: ["environment", "input"]
      case .http: ["headers", "body"]
      }
    }
  }

  var id: JobID
  /// The line of the file on which it stands.
  var line: Int
  var title: String?
  var work: Work
  var trigger: Trigger
  /// The zone in which its times are shown.
  var zone: String
  var policies: JobPolicies = .default
  var priority: Priority = .normal
  var queue: String = Lane.defaultQueue
  var executor: String = Lane.defaultExecutor
  var tags: Set<String> = []
  var isPaused = false

  /// True where the job runs at each start of a daemon, and at no other time.
  var runsAtStart: Bool { self.trigger == JobDeclaration.atStart }

  /// The trigger of a job that only a start of a daemon runs: a time that does not come. The job stays, with its history and its
  /// counters, and the daemon asks for a run by hand.
  static let atStart = Trigger.at(Instant(microsecondsSinceEpoch: 253_402_300_799_000_000))

  func options(creator: String) -> JobOptions {
    JobOptions(
      queue: self.queue, executor: self.executor, priority: self.priority, tags: self.tags, title: self.title,
      creator: creator, isPaused: self.isPaused,
      pauseNote: self.isPaused ? PlanApplication.pauseNote : nil, redactedFields: self.work.redactedFields)
  }
}
