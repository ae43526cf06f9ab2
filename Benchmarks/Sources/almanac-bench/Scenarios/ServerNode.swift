import Almanac
import Foundation
import Synchronization

/// One node of several that share a server: a process of its own, which tells on its standard output how many runs have ended, and when.
struct ServerNode: Sendable {
  private static let argument = "server-node"
  private static let ready = "ready"

  private let process: Process
  private let input: FileHandle
  private let output: FileHandle

  // MARK: The parent's side

  static func start(_ url: String, slots: Int) throws -> ServerNode {
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = [self.argument, url, "\(slots)"]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    return ServerNode(
      process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading)
  }

  /// Answers when it was ready.
  func waitUntilReady() -> Instant {
    _ = try? self.output.read(upToCount: ServerNode.ready.utf8.count + 1)
    return SystemClock().now()
  }

  func stop() {
    try? self.input.close()
    self.process.waitUntilExit()
  }

  /// How many runs have ended since the last word, and when the latest of them did.
  static func progress(_ nodes: [ServerNode]) -> AsyncStream<(ended: Int, at: Instant)> {
    AsyncStream { continuation in
      for node in nodes {
        Thread {
          var text = ""
          while case let data = node.output.availableData, !data.isEmpty {
            text += String(decoding: data, as: UTF8.self)
            while let end = text.firstIndex(of: "\n") {
              let words = text[..<end].split(separator: " ").compactMap { Int64($0) }
              if words.count == 2 {
                continuation.yield((Int(words[0]), Instant(microsecondsSinceEpoch: words[1])))
              }
              text.removeSubrange(...end)
            }
          }
        }.start()
      }
    }
  }

  // MARK: The node's side

  /// Where this process was started as a node, it runs until its standard input ends, and then exits.
  static func serveIfAsked() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 4, arguments[1] == self.argument, let slots = Int(arguments[3]) else { return }
    let scheduler = Workshop.scheduler(try ServerKind.store(arguments[2]), slots: slots, eventBuffer: 200_000)
    scheduler.register(Nothing.self) { _, _ in }
    let events = scheduler.events()
    let tally = Mutex((ended: 0, at: SystemClock().now()))
    Task.detached {
      for await event in events {
        switch event.kind {
        case .started: self.say(self.ready)
        case .job(_, _, _, _, .ended): tally.withLock { $0 = ($0.ended + 1, event.instant) }
        default: break
        }
      }
    }
    Thread {
      // A line for each run would cost more than what is measured.
      while true {
        Thread.sleep(forTimeInterval: 0.01)
        let (ended, at) = tally.withLock { tally in
          defer { tally.ended = 0 }
          return tally
        }
        if ended > 0 { self.say("\(ended) \(at.microsecondsSinceEpoch)") }
      }
    }.start()
    Thread {
      while let data = try? FileHandle.standardInput.read(upToCount: 1), !data.isEmpty {}
      exit(0)
    }.start()
    try await scheduler.run()
  }

  private static func say(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
