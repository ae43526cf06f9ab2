#if CommandLine
import Almanac
import Foundation
import Synchronization
import Testing

@testable import AlmanacCommands

/// What a command printed.
final class CapturedConsole: Sendable {
  private let texts = Mutex((output: "", error: ""))

  var output: String { self.texts.withLock { $0.output } }
  var error: String { self.texts.withLock { $0.error } }

  func console(width: Int? = nil, style: Style = .plain) -> Console {
    Console(
      output: { text in self.texts.withLock { $0.output += text } },
      error: { text in self.texts.withLock { $0.error += text } }, outputStyle: style, errorStyle: style, width: width)
  }

  /// Runs the command line and captures what it prints.
  static func run(_ arguments: String..., width: Int? = nil) async -> (status: Int32, output: String, error: String) {
    let captured = CapturedConsole()
    let status = await Console.$current.withValue(captured.console(width: width)) {
      await AlmanacCommandLine.run(arguments)
    }
    return (status, captured.output, captured.error)
  }
}

/// A directory that is gone after the test.
struct TemporaryDirectory: ~Copyable {
  let path: String

  init() throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent("almanac-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    self.path = url.resolvingSymlinksInPath().path
  }

  func file(_ name: String, _ text: String) throws -> String {
    let path = self.path + "/" + name
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  deinit { try? FileManager.default.removeItem(atPath: self.path) }
}

/// Runs blocking code on a thread of its own, so that it holds up no task.
func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
  try await withCheckedThrowingContinuation { continuation in
    Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
  }
}

func instant(_ text: String) -> Instant { Instant(rfc3339: text)! }

func read(_ yaml: String) throws(ConfigError) -> ConfigFile {
  try ConfigReader.read(yaml, path: "test.yaml", directory: "/srv/jobs")
}

/// The problems of a text, as `line:column: message`.
func problems(_ yaml: String) -> [String] {
  do {
    _ = try read(yaml)
    return []
  } catch {
    return error.problems.map { "\($0.line):\($0.column): \($0.message)" }
  }
}
#endif
