import Almanac
import AlmanacProcesses
import CMeasure
import Foundation
import Logging

/// What a process between a scheduler and its jobs costs: runs a second, and the time until a worker is ready.
enum ProcessesScenario {
  private static let count = 5_000

  @Sendable static func registerJobs(_ jobs: JobRegistry) { jobs.register(Nothing.self) { _, _ in } }

  @Sendable static func run() async throws {
    let silent = Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() }
    for size in [1, 2, 4] {
      let pool = ProcessExecutor(size: size, configuration: WorkerConfiguration(minimum: size), logger: silent)
      try await measure("\(size) worker\(size == 1 ? "" : "s")", pool)
    }
    for size in [1, 2, 4] { try await measure("async, \(size) at once", AsyncExecutor(size: size)) }
    try await start(silent)
  }

  private static func measure(_ name: String, _ executor: any JobExecutor) async throws {
    var figures: [Int64] = []
    for _ in 0..<3 { figures.append(try await once(executor)) }
    let median = Report.percentile(figures, 0.5)
    Report.line(
      "processes", "\(count) runs of nothing, \(name)",
      Report.rate(count, median, "runs") + ", \(median / Int64(count) / 1_000) µs a run")
  }

  /// From the moment in which all are due to the end of the last one, with the workers ready.
  private static func once(_ executor: any JobExecutor) async throws -> Int64 {
    var configuration = SchedulerConfiguration()
    configuration.eventBuffer = 100_000
    let scheduler = Scheduler(
      stores: [SchedulerConfiguration.defaultAlias: MemoryStore(options: .init(historyLimit: 0))],
      executors: [SchedulerConfiguration.defaultAlias: executor], configuration: configuration,
      logger: Logger(label: "bench") { _ in SwiftLogNoOpLogHandler() })
    registerJobs(scheduler.jobs)
    let due = SystemClock().now() + .milliseconds(800)
    try await Workshop.fill(scheduler, count, trigger: .at(due))
    let events = scheduler.events()
    var end = due
    try await Workshop.running(scheduler) {
      var left = count
      for await event in events {
        if case .job(_, _, _, _, .finished) = event.kind { left -= 1 }
        if left == 0 { break }
      }
      end = SystemClock().now()
    }
    return Int64((end - due) / .nanoseconds(1))
  }

  /// From the call to the first worker that is ready, and the time for all to be gone.
  private static func start(_ logger: Logger) async throws {
    var starts: [Int64] = []
    var stops: [Int64] = []
    for _ in 0..<50 {
      let pool = ProcessExecutor(size: 1, logger: logger)
      let begun = SystemClock().uptime()
      try await pool.start()
      let ready = SystemClock().uptime()
      await pool.stop()
      starts.append(Int64((ready - begun) / .nanoseconds(1)))
      stops.append(Int64((SystemClock().uptime() - ready) / .nanoseconds(1)))
    }
    for (name, figures) in [("a worker is ready", starts), ("a pool of one is stopped", stops)] {
      Report.line(
        "processes", name,
        "median \(milliseconds(Report.percentile(figures, 0.5))), max \(milliseconds(figures.max() ?? 0))")
    }
  }

  private static func milliseconds(_ nanoseconds: Int64) -> String {
    String(format: "%.1f ms", Double(nanoseconds) / 1_000_000)
  }
}
