import Almanac
import CMeasure

/// Bytes a job in the memory store, by what the process has in memory before and after.
enum MemoryScenario {
  @Sendable static func run() async throws {
    let count = 1_000_000
    let scheduler = Workshop.scheduler(MemoryStore())
    let trigger = Workshop.nextYear
    // Whatever is set up once is set up before.
    try await Workshop.fill(scheduler, 1_000, prefix: "first", trigger: trigger)
    let before = measure_resident_bytes()
    let nanoseconds = try await timed { try await Workshop.fill(scheduler, count, trigger: trigger) }
    let after = measure_resident_bytes()
    guard before >= 0, after >= 0 else { return Report.line("memory", "memory store", "not told by this system") }
    Report.line(
      "memory", "memory store, 1,000,000 one-shots", "\(Report.count(Double(after - before) / Double(count))) bytes/job"
    )
    Report.line("memory", "added meanwhile, batches of 1,000", Report.rate(count, nanoseconds, "jobs"))
  }
}
