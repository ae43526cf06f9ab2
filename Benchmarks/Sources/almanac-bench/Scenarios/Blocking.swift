import Almanac
import Foundation
import Synchronization

/// How late asynchronous jobs are while others block their threads: on threads of their own, and where they should not be.
enum BlockingScenario {
  /// A job that blocks its thread for 200 ms; it is due again when it is done.
  private struct Blocker: Job {
    static let jobName = "blocker"
    static let time: Duration = .milliseconds(200)

    func run(in context: JobContext) { Thread.sleep(forTimeInterval: 0.2) }
  }

  private static let jobs = 1_000
  private static let fires = 5_000
  private static let blockers = 8
  /// Microseconds.
  private static let period: Int64 = 1_000

  @Sendable static func run() async throws {
    for pass in 1...3 {
      try await measure("nothing else", pass, blockingOn: nil)
      try await measure("8 block on threads", pass, blockingOn: "threads")
      try await measure("8 block where all tasks run", pass, blockingOn: SchedulerConfiguration.defaultAlias)
    }
  }

  /// A thousand jobs, each every second, at its own millisecond, for five seconds.
  private static func measure(_ name: String, _ pass: Int, blockingOn executor: String?) async throws {
    let scheduler = Workshop.scheduler(MemoryStore())
    try await scheduler.addExecutor(ThreadExecutor(size: blockers), as: "threads")
    let clock = SystemClock()
    let countdown = Countdown(fires)
    let lateness = Mutex<[Int64]>([])
    scheduler.register(Nothing.self) { _, context in
      let late = (clock.now() - Instant(context.fireTime)) / .microseconds(1)
      let isWanted = lateness.withLock { lateness -> Bool in
        guard lateness.count < fires else { return false }
        lateness.append(Int64(late))
        return true
      }
      if isWanted { countdown.tick() }
    }
    scheduler.register(Blocker.self, executor: executor ?? "threads")
    if executor != nil {
      try await scheduler.add(
        try (0..<blockers).map { NewJob(Blocker(), trigger: try .every(Blocker.time), id: JobID("blocker-\($0)")) })
    }
    // Late fires run too, each of them: one that is left out would make the figures better.
    let policies = JobPolicies(catchUp: .all(limit: 60), overlap: .allow(limit: 60))
    let first = clock.now() + .milliseconds(1_500)
    try await scheduler.add(
      try (0..<jobs).map { number in
        let start = (first + .microseconds(Int64(number) * period)).date
        return NewJob(
          Nothing(), trigger: try .every(.seconds(1), startingAt: start), id: JobID("job-\(number)"), policies: policies
        )
      })
    try await Workshop.running(scheduler) { await countdown.wait() }
    let seen = lateness.withLock { $0 }
    let figures = [("p50", 0.5), ("p99", 0.99), ("max", 1)].map {
      "\($0.0) \(Report.count(Double(Report.percentile(seen, $0.1)))) µs"
    }
    Report.line("blocking", "\(name), 1,000 jobs each second, pass \(pass)", figures.joined(separator: ", "))
  }
}
