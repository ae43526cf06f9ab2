import CAlmanacThread

/// Something that one thread waits for and any thread may ring.
///
/// Safe to share: the pointer never changes, what it points to is a lock, a condition and what they guard, and it is freed by the last who
/// holds the bell, when nobody can be in a call of it any more.
final class ThreadBell: @unchecked Sendable {
  private let bell: OpaquePointer

  /// Nil where the system has no memory for one.
  init?() {
    guard let bell = almanac_bell_make() else { return nil }
    self.bell = bell
  }

  deinit { almanac_bell_free(self.bell) }

  /// Ends the wait that is going, or else the next one.
  func ring() { almanac_bell_ring(self.bell) }

  /// Returns when the bell is rung, or when the time has passed: then the answer is false.
  ///
  /// - Parameter limit: nil for no limit.
  func wait(atMost limit: Duration?) -> Bool {
    almanac_bell_wait(self.bell, limit.map { max($0.wholeMicroseconds, 0) } ?? -1) != 0
  }
}
