/// The exit statuses of the command line, after sysexits(3).
enum CommandStatus: Int32, Sendable, CaseIterable {
  case success = 0
  /// What was asked for could not be done: no such job, a refused change.
  case failure = 1
  /// The command line was wrong.
  case usage = 64
  /// A file or an expression is not what it should be.
  case dataError = 65
  /// A file cannot be opened.
  case noInput = 66
  /// The store cannot be used, or this build lacks what was asked for.
  case unavailable = 69
  /// An error in Almanac itself.
  case software = 70
  /// An output file cannot be written.
  case cannotCreate = 73
  /// The store did not answer in time; trying again may succeed.
  case temporary = 75

  /// What the help and the documentation say of it.
  var meaning: String {
    switch self {
    case .success: "done"
    case .failure: "could not be done: no such job, or a change that was refused"
    case .usage: "the command line was wrong"
    case .dataError: "a file or an expression is not what it should be"
    case .noInput: "a file cannot be opened"
    case .unavailable: "the store cannot be used, or this build lacks what was asked for"
    case .software: "an error in almanac itself"
    case .cannotCreate: "an output file cannot be written"
    case .temporary: "the store did not answer; trying again may succeed"
    }
  }
}

/// Ends a command with a message on standard error and an exit status.
struct CommandFailure: Error, Hashable, CustomStringConvertible {
  var status: CommandStatus
  var message: String

  init(_ status: CommandStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  var description: String { self.message }
}
