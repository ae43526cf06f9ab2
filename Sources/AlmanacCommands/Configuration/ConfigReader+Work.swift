#if CommandLine
import Almanac
import Yams

// What a job does: a command, a line of shell, or a call.

extension ConfigReader {
  static let workKeys = ["command", "shell", "http"] + processKeys
  private static let processKeys = ["directory", "environment", "stdin", "output", "stopGrace"]

  func work(_ scope: ConfigScope, _ subject: String) -> JobDeclaration.Work? {
    let kinds = ["command", "shell", "http"].filter(scope.has)
    guard let kind = kinds.first else {
      self.problems.add(scope.node.problem("\(subject) does nothing; expected command, shell or http"))
      return nil
    }
    if kinds.count > 1 {
      let place = scope.keyNode(kinds[1]) ?? scope.node
      self.problems.add(place.problem("\(subject) has both \"\(kinds[0])\" and \"\(kinds[1])\"; expected one of them"))
      return nil
    }
    if kind == "http" {
      for key in ConfigReader.processKeys {
        guard let place = scope.keyNode(key) else { continue }
        self.problems.add(place.problem("\"\(key)\" is for commands; \(subject) calls a URL"))
      }
      return self.call(scope, subject).map { .http($0) }
    }
    return self.command(scope, isShell: kind == "shell").map { .command($0) }
  }

  private func command(_ scope: ConfigScope, isShell: Bool) -> CommandJob? {
    var job: CommandJob?
    if isShell {
      job = scope.text("shell").map { CommandJob(shell: $0) }
    } else if let node = scope["command"], case .scalar(let scalar) = node {
      let advice =
        scalar.string.contains(" ")
        ? "; write [\(scalar.string.split(separator: " ").joined(separator: ", "))], or shell: for a line of shell" : ""
      self.problems.add(
        node.problem("\"command\" must be a list of the program and its arguments\(VisibleText.line(advice))"))
    } else if let arguments = scope.texts("command") {
      if arguments.first?.isEmpty ?? true {
        scope["command"].map { self.problems.add($0.problem("\"command\" names no program")) }
      } else {
        job = CommandJob(arguments: arguments)
      }
    }
    let directory = scope.text("directory")
    let environment = self.environment(scope)
    let input = scope.text("stdin")
    let grace = scope.duration("stopGrace")
    let output = self.output(scope)
    job?.directory = self.absolute(directory ?? ".")
    job?.environment = environment
    job?.input = input
    if let grace { job?.stopGraceMicroseconds = grace.wholeMicroseconds }
    if let limit = output.limit { job?.outputLimit = limit }
    if let display = output.display { job?.showsOutput = display }
    return job
  }

  private func environment(_ scope: ConfigScope) -> [String: String] {
    let variables = scope.textMap("environment") ?? [:]
    for name in variables.keys.sorted() where name.isEmpty || name.contains("=") {
      scope["environment"].map {
        self.problems.add($0.problem("\"\(VisibleText.line(name))\" is no name of an environment variable"))
      }
    }
    return variables
  }

  private func output(_ scope: ConfigScope) -> (limit: Int?, display: OutputDisplay?) {
    guard let node = scope["output"] else { return (nil, nil) }
    let displays = OutputDisplay.allCases.map { ($0.rawValue, $0) }
    // `output: always` says it all where the limit is the default.
    if case .scalar = node { return (nil, scope.choice("output", displays)) }
    guard let output = ConfigScope(node, "\"output\"", keys: ["show", "limit"], problems: self.problems) else {
      return (nil, nil)
    }
    let limit = output.value("limit") { text throws(SyntaxProblem) in
      let bytes = try SizeText.parse(text)
      guard bytes <= ConfigReader.largestOutput else {
        throw SyntaxProblem(column: 1, message: "at most \(SizeText.exact(ConfigReader.largestOutput)) are kept")
      }
      return bytes
    }
    return (limit, output.choice("show", displays))
  }

  private static let largestOutput = 64 << 20

  /// A path of the file, seen from the file's directory.
  func absolute(_ path: String) -> String {
    if path.hasPrefix("/") { return path }
    if path == "." || path.isEmpty { return self.directory }
    return self.directory == "/" ? "/" + path : self.directory + "/" + path
  }

  private func call(_ scope: ConfigScope, _ subject: String) -> HTTPJob? {
    guard let node = scope["http"] else { return nil }
    if case .scalar = node {
      return scope.value("http", ConfigReader.url).map { HTTPJob(url: $0) }
    }
    let keys = ["url", "method", "headers", "body", "expect", "timeout"]
    guard let call = ConfigScope(node, "the call of \(subject)", keys: keys, problems: self.problems) else {
      return nil
    }
    if !call.has("url") { self.problems.add(node.problem("the call of \(subject) has no \"url\"")) }
    let url = call.value("url", ConfigReader.url)
    let body = call.text("body")
    let method = call.value("method") { text throws(SyntaxProblem) in
      // The characters of a token, RFC 9110, section 5.6.2.
      guard !text.isEmpty,
        text.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || "!#$%&'*+-.^_`|~".contains($0)) })
      else { throw SyntaxProblem(column: 1, message: "\"\(VisibleText.line(text))\" is no method of HTTP") }
      return text.uppercased()
    }
    let headers = self.headers(call)
    let expected = self.expectedStatus(call)
    let timeout = call.duration("timeout", positive: true)
    guard let url else { return nil }
    return HTTPJob(
      url: url, method: method ?? (body == nil ? "GET" : "POST"), headers: headers, body: body,
      expectedStatus: expected ?? HTTPJob.defaultExpectedStatus, timeout: timeout ?? HTTPJob.defaultTimeout)
  }

  private func headers(_ scope: ConfigScope) -> [String: String] {
    let headers = scope.textMap("headers") ?? [:]
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
      // A line break in a header would let a value write headers of its own.
      let isBad =
        name.isEmpty || name.contains { !$0.isASCII || $0.isWhitespace || $0 == ":" }
        || value.contains(where: \.isNewline)
      guard isBad, let node = scope["headers"] else { continue }
      self.problems.add(node.problem("\"\(VisibleText.line(name))\" is no header of HTTP on one line"))
    }
    return headers
  }

  private static func url(_ text: String) throws(SyntaxProblem) -> String {
    let lowercased = text.lowercased()
    guard let scheme = ["http://", "https://"].first(where: { lowercased.hasPrefix($0) }), text.count > scheme.count,
      !text.contains(where: { $0.isWhitespace })
    else {
      throw SyntaxProblem(column: 1, message: "expected a URL of http or https, not \"\(VisibleText.line(text))\"")
    }
    return text
  }

  /// `200`, `200-299`, or a list of such.
  private func expectedStatus(_ scope: ConfigScope) -> [StatusRange]? {
    guard let node = scope["expect"] else { return nil }
    let nodes: [Node]
    if case .sequence(let sequence) = node { nodes = Array(sequence) } else { nodes = [node] }
    if nodes.isEmpty { self.problems.add(node.problem("\"expect\" names no status")) }
    return nodes.compactMap { node in
      scope.value(node, "expect") { text throws(SyntaxProblem) in
        guard let range = StatusRange(text) else {
          throw SyntaxProblem(
            column: 1, message: "\"\(VisibleText.line(text))\" is no status; expected one such as 204 or 200-299")
        }
        return range
      }
    }
  }
}
#endif
