import Almanac
import AlmanacTesting
import Synchronization

/// A job whose code is each test's own.
struct Send: JobPayload, Hashable {
  static let jobName = "send"
  var to = "oX1"
}

/// What goes wrong in it.
struct NoAnswer: Error {}

/// Something that the code of jobs writes and a test reads.
final class Book<Value: Sendable>: Sendable {
  private let state: Mutex<[Value]> = Mutex([])

  func write(_ value: Value) { self.state.withLock { $0.append(value) } }

  var values: [Value] { self.state.withLock { $0 } }

  /// Writes, and answers how many there are now.
  func count(_ value: Value) -> Int {
    self.state.withLock { state in
      state.append(value)
      return state.count
    }
  }
}

extension Instant {
  /// Seconds after the beginning of a manual clock.
  static func at(_ seconds: Double) -> Instant {
    Instant(microsecondsSinceEpoch: 1_767_225_600_000_000 + Int64(seconds * 1_000_000))
  }
}
