import Almanac
import Foundation

/// What a job of the cluster does, in the order of how much of it there is.
enum ClusterKind: String, Codable, CaseIterable, Sendable {
  /// Is over at once.
  case quick
  /// Throws at its first attempt.
  case flaky
  /// Takes a moment, and is to be begun once at most.
  case once
  /// Takes a while, and stops when it is told to.
  case lasting
  /// Takes a while, and hears nothing: what it comes to is reported even by a scheduler that was taken for dead meanwhile.
  case deaf
}

struct ClusterWork: JobPayload {
  static let jobName = "cluster-work"
  var kind: ClusterKind
  var milliseconds: Int

  struct NotYet: Error {}

  func run(_ context: JobContext, _ log: ClusterLog) async throws {
    log.claim(context, self.kind)
    var told = "through"
    defer { log.end(context, told) }
    let duration: Duration = .milliseconds(self.milliseconds)
    switch self.kind {
    case .quick: break
    case .flaky:
      if context.attempt == 1 {
        told = "failed"
        throw NotYet()
      }
    case .once, .lasting:
      do {
        try await Self.pass(duration)
      } catch {
        told = "stopped"
        throw error
      }
    case .deaf: try? await Task.detached { try await Self.pass(duration) }.value
    }
  }

  /// Lets real time pass: this is no test that waits, it is work that takes a while.
  private static func pass(_ duration: Duration) async throws {
    try await ContinuousClock().sleep(until: .now + duration)
  }
}

/// What this process did, in lines that outlive it: each is written to the end of a file by one call before anything else is done.
final class ClusterLog: Sendable {
  private let descriptor: Int32
  private let node: String

  init(_ path: String) throws {
    self.descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    self.node = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
    guard self.descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  func claim(_ context: JobContext, _ kind: ClusterKind) {
    self.write("claim", self.run(context), kind.rawValue)
  }

  func end(_ context: JobContext, _ how: String) {
    self.write("end", self.run(context), how)
  }

  func write(_ words: String...) {
    let now = SystemClock().now().microsecondsSinceEpoch
    var line = words.joined(separator: " ") + " \(self.node) \(now)\n"
    let isWritten = line.withUTF8 { Foundation.write(self.descriptor, $0.baseAddress, $0.count) == $0.count }
    // A claim that could not be written down would be missed by nobody.
    if !isWritten { exit(74) }
  }

  private func run(_ context: JobContext) -> String {
    "\(context.jobID) \(context.token.incarnation) \(context.fireInstant.microsecondsSinceEpoch) \(context.attempt) \(context.token.claim)"
  }
}
