import Dispatch
import Logging
import Synchronization

@testable import Almanac

/// A run as a scheduler hands it over, with code of the test's own, and an end that the test waits for.
struct HandedRun: Sendable {
  let assignment: RunAssignment
  private let control: RunControl
  private let ends: AsyncStream<RunControl.End>

  init(_ number: Int = 1, _ code: @escaping @Sendable () async throws -> Void) {
    let (ends, continuation) = AsyncStream.makeStream(of: RunControl.End.self)
    let control = RunControl { end in
      continuation.yield(end)
      continuation.finish()
    }
    let time = Instant.at(0)
    let definition = JobDefinition(
      id: JobID("job-\(number)"), incarnation: 1, createdAt: time, payload: [], trigger: .at(time),
      profile: JobProfile(lane: Lane(jobName: "job"), policies: .default))
    let order = StartOrder(
      token: FencingToken(incarnation: 1, claim: Int64(number)), fireTime: time, origin: .trigger, attempt: 1,
      startedAt: time, timeoutAt: nil)
    self.control = control
    self.ends = ends
    self.assignment = RunAssignment(
      RunRequest(definition, order, store: "default"), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
      control: control,
      work: RunAssignment.Work(
        body: { _, _ in
          do {
            try await code()
            return .succeeded
          } catch is CancellationError where control.isCancelled {
            return .cancelled
          } catch {
            return RunOutcome(thrown: error)
          }
        }, report: { _, _, _ in }))
  }

  func cancel() { self.control.cancel() }

  /// How it ended; nil where it was refused.
  func outcome() async -> RunOutcome? {
    for await end in self.ends {
      if case .finished(let outcome) = end { return outcome }
    }
    return nil
  }

  /// Why it was refused; nil where it ended.
  func refusal() async -> String? {
    for await end in self.ends {
      if case .refused(let reason, _) = end { return reason }
    }
    return nil
  }
}

extension JobExecutor {
  func execute(_ runs: HandedRun...) { self.execute(runs.map(\.assignment)) }
}

/// Blocks the threads that come to it until it is opened.
final class ThreadGate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  func pass() {
    self.semaphore.wait()
    self.semaphore.signal()
  }

  func open() { self.semaphore.signal() }
}

/// Counts, and lets a test wait for a count.
final class Tally: Sendable {
  private struct State {
    var count = 0
    var waiters: [(count: Int, continuation: CheckedContinuation<Void, Never>)] = []
  }

  private let state = Mutex(State())

  var count: Int { self.state.withLock { $0.count } }

  func hit() {
    let met = self.state.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.count += 1
      let count = state.count
      defer { state.waiters.removeAll { $0.count <= count } }
      return state.waiters.filter { $0.count <= count }.map(\.continuation)
    }
    for continuation in met { continuation.resume() }
  }

  func reaches(_ count: Int) async {
    await withCheckedContinuation { continuation in
      let isMet = self.state.withLock { state -> Bool in
        if state.count >= count { return true }
        state.waiters.append((count, continuation))
        return false
      }
      if isMet { continuation.resume() }
    }
  }
}

/// Returns when something is so that nobody tells of.
func until(_ isMet: () -> Bool) async {
  while !isMet() { await Task.yield() }
}
