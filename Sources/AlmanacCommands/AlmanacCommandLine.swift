#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

#if CommandLine
import Almanac
import ArgumentParser

/// The `almanac` command line, as a library: the executable is a call of ``main()``.
public enum AlmanacCommandLine {
  /// Runs the command that the process was called with and ends the process.
  public static func main() async -> Never {
    exit(await AlmanacCommandLine.run(Array(Swift.CommandLine.arguments.dropFirst())))
  }

  /// Runs a command.
  ///
  /// - Parameter arguments: without the name of the program.
  /// - Returns: the exit status.
  public static func run(_ arguments: [String]) async -> Int32 {
    let console = Console.current
    do {
      var command = try AlmanacCommand.parseAsRoot(arguments)
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
      return CommandStatus.success.rawValue
    } catch {
      guard let failure = AlmanacCommandLine.failure(for: error) else {
        return AlmanacCommandLine.report(error, to: console)
      }
      if !failure.message.isEmpty {
        console.complain(console.errorStyle.paint("error:", .bad) + " " + failure.message)
      }
      return failure.status.rawValue
    }
  }

  /// The failure that an error of the commands comes to; nil for one of the parsing of arguments.
  private static func failure(for error: any Error) -> CommandFailure? {
    switch error {
    case let failure as CommandFailure: failure
    case let error as ConfigError: CommandFailure(.dataError, error.description)
    case let error as StoreError: CommandFailure(error.isTransient ? .temporary : .unavailable, error.description)
    case let error as SchedulerError: CommandFailure(.failure, error.description)
    case is CleanExit, is ValidationError, is ExitCode: nil
    default:
      AlmanacCommand.exitCode(for: error) == .failure
        ? CommandFailure(.software, VisibleText.line(String(describing: error))) : nil
    }
  }

  /// Help and the version go to standard output, complaints about arguments to standard error.
  private static func report(_ error: any Error, to console: Console) -> Int32 {
    let code = AlmanacCommand.exitCode(for: error)
    let message = AlmanacCommand.fullMessage(for: error, columns: console.width)
    if !message.isEmpty {
      if code.isSuccess { console.print(message) } else { console.complain(message) }
    }
    return code.rawValue
  }
}
#else
/// The `almanac` command line, which this build was made without.
public enum AlmanacCommandLine {
  public static func main() async -> Never {
    Console.current.complain("almanac was built without the package trait CommandLine; there is nothing it can do")
    exit(CommandStatus.unavailable.rawValue)
  }
}
#endif
