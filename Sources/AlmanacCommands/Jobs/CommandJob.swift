import Almanac

/// A job that runs a program: what a configuration file's `command:` or `shell:` becomes in the store.
public struct CommandJob: JobPayload, Hashable {
  public static let jobName = "almanac.command"

  /// The program and its arguments; the first is looked up in `PATH` unless it holds a slash.
  public var arguments: [String]
  /// The shell line that `arguments` were made from, for people; nil for a plain command.
  public var shell: String?
  /// The absolute path of the directory in which the program starts; nil for the daemon's own.
  public var directory: String?
  /// What is added to the daemon's environment, or replaces parts of it.
  public var environment: [String: String]
  /// What the program reads from its standard input; nil for nothing.
  public var input: String?
  /// The most bytes that are kept of each of the two output streams: the last ones.
  public var outputLimit: Int
  public var showsOutput: OutputDisplay
  /// How long the program and its children may go on after SIGTERM before SIGKILL, in microseconds.
  public var stopGraceMicroseconds: Int64

  public init(
    arguments: [String], shell: String? = nil, directory: String? = nil, environment: [String: String] = [:],
    input: String? = nil, outputLimit: Int = CommandJob.defaultOutputLimit, showsOutput: OutputDisplay = .onFailure,
    stopGrace: Duration = CommandJob.defaultStopGrace
  ) {
    self.arguments = arguments
    self.shell = shell
    self.directory = directory
    self.environment = environment
    self.input = input
    self.outputLimit = outputLimit
    self.showsOutput = showsOutput
    self.stopGraceMicroseconds = stopGrace.wholeMicroseconds
  }

  /// A line for `/bin/sh`.
  public init(shell line: String) {
    self.init(arguments: ["/bin/sh", "-c", line], shell: line)
  }

  public static let defaultOutputLimit = 64 << 10
  public static let defaultStopGrace: Duration = .seconds(10)

  public var stopGrace: Duration { .microseconds(self.stopGraceMicroseconds) }
}

/// Whether the daemon prints what a run wrote.
public enum OutputDisplay: String, Codable, Hashable, Sendable, CaseIterable {
  case never
  case onFailure = "failure"
  case always
}
