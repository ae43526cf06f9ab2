import Almanac
import Synchronization

/// The schedulers that live by one clock and one store: time moves for all of them, or for none.
final class TestGroup: Sendable {
  let clock: ManualClock
  let store: any JobStore
  private let members = Mutex<[Scheduler]>([])

  init(clock: ManualClock, store: any JobStore) {
    self.clock = clock
    self.store = store
  }

  func join(_ scheduler: Scheduler) {
    self.members.withLock { members in
      if !members.contains(where: { $0 === scheduler }) { members.append(scheduler) }
    }
  }

  func leave(_ scheduler: Scheduler) {
    self.members.withLock { $0.removeAll { $0 === scheduler } }
  }

  var time: VirtualTime { VirtualTime(self.clock, self.members.withLock { $0 }) }

  /// Lets time move until the scheduler has come to its end. It moves no further than that needs.
  func untilStopped(_ scheduler: Scheduler) async {
    while true {
      await self.time.settle()
      if scheduler.health.phase == .stopped { return }
      guard let next = self.clock.earliestTimer else { return await scheduler.shutdown() }
      self.clock.advance(to: next)
    }
  }
}
