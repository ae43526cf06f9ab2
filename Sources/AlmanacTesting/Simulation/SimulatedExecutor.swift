import Almanac
import Synchronization

/// Where the runs of a simulated machine are executed: in workers that die, and that now and then cannot be had.
///
/// It takes all that it is handed, however many: that a scheduler hands over no more than there are places is the auditor's to see.
final class SimulatedExecutor: JobExecutor {
  let size: Int
  private let clock: MachineClock
  /// For how long nothing can be begun, where that is so now.
  private let refusal: @Sendable () -> Duration?
  /// Until when nothing may be handed over, by the machine's uptime.
  private let restsUntil = Mutex<Duration>(.zero)

  init(size: Int, clock: MachineClock, refusal: @escaping @Sendable () -> Duration?) {
    self.size = size
    self.clock = clock
    self.refusal = refusal
  }

  var isResting: Bool { self.restsUntil.withLock { $0 } > self.clock.uptime() }

  func start() async throws {}

  func stop() async {}

  func execute(_ runs: [RunAssignment]) {
    for run in runs {
      if let pause = self.refusal() {
        self.refuse(run, for: pause)
      } else {
        self.begin(run)
      }
    }
  }

  private func refuse(_ run: RunAssignment, for pause: Duration) {
    // The first of a batch counts: the others were handed over before it was known.
    if !self.isResting {
      let end = self.clock.uptime() + pause
      self.restsUntil.withLock { $0 = end }
    }
    run.refuse("no worker could be started", for: pause)
  }

  private func begin(_ run: RunAssignment) {
    let task = Task(executorPreference: Surroundings.current.executor) {
      var outcome = await run.perform()
      if case .failed(let failure, _) = outcome.kind, failure.type == SimulatedDeath.name {
        outcome.kind = .crashed(Failure(type: "WorkerDied", message: "signal 9"))
      }
      run.finish(outcome)
    }
    run.onCancel { task.cancel() }
  }
}
