import Synchronization

/// The places of an executor: a run takes one or is refused.
///
/// A scheduler hands over no more than it has reserved, so this says no only where an executor serves two schedulers, or a mistake was made.
package final class RunPlaces: Sendable {
  package let size: Int
  private let taken = Atomic<Int>(0)

  package init(_ size: Int) {
    self.size = max(size, 1)
  }

  /// Takes a place for the run. Where there is none, the run is refused and the answer is false.
  package func take(for run: RunAssignment) -> Bool {
    let count = self.taken.add(1, ordering: .relaxed).newValue
    if count <= self.size { return true }
    self.leave()
    run.refuse("all \(self.size) places of the executor are taken")
    return false
  }

  /// To be called before the run's end is reported: who hears of it may send the next run at once.
  package func leave() {
    self.taken.subtract(1, ordering: .relaxed)
  }
}
