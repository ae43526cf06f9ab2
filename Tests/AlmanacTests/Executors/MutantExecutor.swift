import Almanac
import AlmanacTesting
import Dispatch
import Synchronization

/// What an executor can get wrong, one thing each.
enum ExecutorMutation: String, CaseIterable, Sendable {
  case isLargerThanAskedFor
  case losesARun
  case reportsTwice
  case runsTheCodeTwice
  case queuesBeyondItsSize
  case refusesWithinItsSize
  case refusesWithoutAReason
  case refusesTheWholeBatch
  case takesAnyNumber
  case freesThePlaceAfterTheReport
  case freesThePlaceWhenToldToStop
  case losesThePlaceOfAFailure
  case runsOneAfterAnother
  case waitsForTheCode
  case forgetsCancellation
  case forgetsEarlyCancellation
  case cancelsTheNeighbour
  case takesEveryEndForCancelled
  case runsAfterStop
  case doesNotStartAgain
  case waitsForDeafRuns
  case countsAnewWhenStarted
  case forgetsResults
  case cutsResults
  case forgetsAdvice
  case forgetsTypesOfErrors
  case takesCancellationErrorsForCancelled
  case swallowsUnreadableValues
  case forgetsNamesOfJobs
  case dropsLogLines
  case dropsMetadata
  case logsBackwards
  case dropsProgress
  case reportsProgressAfterTheEnd
  case roundsTimes
  case countsAttemptsItself
  case forgetsTheDeadline
  case ownsForever
  case losesTraces
  // Of an executor that says that it can do more than it can.
  case cannotTakeBlocking
  case cannotKill
}

/// An executor of tasks with at most one thing wrong. Each run is performed as if elsewhere, with a context of its own.
final class MutantExecutor: JobExecutor {
  let size: Int
  /// Nil: nothing is wrong.
  let mutation: ExecutorMutation?
  let jobs: JobRegistry
  private let state = Mutex(State())

  private struct State {
    var isReady = false
    var wasStopped = false
    var running = 0
    var count = 0
    var queue: [RunAssignment] = []
    var going: [Int: Task<Void, Never>] = [:]
    var last: Task<Void, Never>?
  }

  init(size: Int, _ mutation: ExecutorMutation?) {
    self.size = max(size, 1) + (mutation == .isLargerThanAskedFor ? 1 : 0)
    self.mutation = mutation
    self.jobs = JobRegistry()
    ExecutorLawJobs.register(self.jobs)
  }

  // MARK: Life

  func start() async throws {
    self.state.withLock { state in
      state.isReady = !(self.mutation == .doesNotStartAgain && state.wasStopped)
      if self.mutation == .countsAnewWhenStarted { state.running = 0 }
    }
  }

  func stop() async {
    let going = self.state.withLock { state in
      state.isReady = false
      state.wasStopped = true
      return Array(state.going.values)
    }
    if self.mutation == .waitsForDeafRuns {
      for task in going { await task.value }
    }
  }

  // MARK: Places

  func execute(_ runs: [RunAssignment]) {
    if self.mutation == .refusesTheWholeBatch, runs.count > self.size {
      for run in runs { run.refuse("the batch is too large") }
      return
    }
    for (index, run) in runs.enumerated() {
      if self.mutation == .losesARun, index == 2 { continue }
      switch self.admit(run) {
      case .begun: self.begin(run)
      case .queued: break
      case .refused: run.refuse(self.mutation == .refusesWithoutAReason ? "" : "no place is free")
      }
    }
  }

  private enum Admission { case begun, queued, refused }

  private func admit(_ run: RunAssignment) -> Admission {
    self.state.withLock { state in
      guard state.isReady || (self.mutation == .runsAfterStop && state.wasStopped) else { return .refused }
      let size = self.mutation == .refusesWithinItsSize ? max(self.size - 1, 1) : self.size
      if state.running >= size, self.mutation != .takesAnyNumber {
        guard self.mutation == .queuesBeyondItsSize else { return .refused }
        state.queue.append(run)
        return .queued
      }
      state.running += 1
      return .begun
    }
  }

  private func leave(_ key: Int) {
    let next = self.state.withLock { state -> RunAssignment? in
      state.going[key] = nil
      if state.queue.isEmpty {
        state.running -= 1
        return nil
      }
      return state.queue.removeFirst()
    }
    if let next { self.begin(next) }
  }

  // MARK: Running

  private func begin(_ run: RunAssignment) {
    let mutation = self.mutation
    let isTold = Flag()
    let hasLeft = Flag()
    let isOver = DispatchSemaphore(value: 0)
    let (key, before) = self.state.withLock { state in
      state.count += 1
      return (state.count, mutation == .runsOneAfterAnother ? state.last : nil)
    }
    let leaveOnce: @Sendable () -> Void = {
      if hasLeft.raise() { self.leave(key) }
    }
    let task = Task {
      await before?.value
      var outcome = await run.perform { (request) async throws(PayloadUnreadable) -> RunOutcome in
        try await self.perform(run, request) { isTold.isUp }
      }
      if mutation == .runsTheCodeTwice { outcome = await run.perform() }
      if mutation == .takesEveryEndForCancelled, isTold.isUp { outcome = .cancelled }
      if mutation == .freesThePlaceAfterTheReport {
        run.finish(outcome)
        leaveOnce()
      } else {
        if case .failed = outcome.kind, mutation == .losesThePlaceOfAFailure {} else { leaveOnce() }
        run.finish(outcome)
      }
      if mutation == .reportsTwice { run.finish(outcome) }
      if mutation == .reportsProgressAfterTheEnd { run.progress(99) }
      isOver.signal()
    }
    self.state.withLock { state in
      state.last = task
      if !hasLeft.isUp { state.going[key] = task }
    }
    let isSaid = Flag()
    run.onCancel {
      if mutation == .forgetsCancellation { return }
      if mutation == .forgetsEarlyCancellation, !isSaid.isUp { return }
      _ = isTold.raise()
      task.cancel()
      if mutation == .freesThePlaceWhenToldToStop { leaveOnce() }
      if mutation == .cancelsTheNeighbour {
        for other in self.state.withLock({ Array($0.going.values) }) { other.cancel() }
      }
    }
    _ = isSaid.raise()
    if mutation == .waitsForTheCode { isOver.wait() }
  }
}

/// Something that is said once.
private final class Flag: Sendable {
  private let state = Atomic<Bool>(false)

  var isUp: Bool { self.state.load(ordering: .acquiring) }

  /// True for the first who does.
  func raise() -> Bool { self.state.exchange(true, ordering: .acquiringAndReleasing) == false }
}
