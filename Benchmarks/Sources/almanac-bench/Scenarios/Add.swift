import Almanac
import AlmanacSQLite
import CMeasure

/// Jobs a second into stores, by the thousand and one by one.
enum AddScenario {
  @Sendable static func run() async throws {
    let count = 100_000
    let trigger = Workshop.nextYear
    var batched: [Int64] = []
    var single: [Int64] = []
    for _ in 0..<3 {
      let scheduler = Workshop.scheduler(MemoryStore())
      batched.append(try await timed { try await Workshop.fill(scheduler, count, trigger: trigger) })
      let other = Workshop.scheduler(MemoryStore())
      single.append(
        try await timed {
          for number in 0..<count { try await other.add(Nothing(), trigger: trigger, id: JobID("job-\(number)")) }
        })
    }
    Report.line(
      "add", "memory, 100,000 jobs, batches of 1,000", Report.rate(count, Report.percentile(batched, 0.5), "jobs"))
    Report.line("add", "memory, 100,000 jobs, one by one", Report.rate(count, Report.percentile(single, 0.5), "jobs"))
    try await withTemporaryDirectory { directory in try await sqlite(directory, trigger) }
  }

  private static func sqlite(_ directory: String, _ trigger: Trigger) async throws {
    let scheduler = Workshop.scheduler(try SQLiteStore(path: "\(directory)/jobs.sqlite"))
    let count = 100_000
    let batched = try await timed { try await Workshop.fill(scheduler, count, trigger: trigger) }
    Report.line("add", "SQLite, 100,000 jobs, batches of 1,000, FULL", Report.rate(count, batched, "jobs"))

    let floor = measure_disk_sync("\(directory)/floor", 200)
    Report.line("add", "the disk: 4 KiB appended and synced", Report.rate(200, floor, "blocks"))
    let alone = try await timed {
      for number in 0..<200 { try await scheduler.add(Nothing(), trigger: trigger, id: JobID("alone-\(number)")) }
    }
    Report.line("add", "SQLite, one by one, one caller", Report.rate(200, alone, "jobs"))
    let callers = 64
    let each = 100
    let together = try await timed {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for caller in 0..<callers {
          group.addTask {
            for number in 0..<each {
              try await scheduler.add(Nothing(), trigger: trigger, id: JobID("many-\(caller)-\(number)"))
            }
          }
        }
        try await group.waitForAll()
      }
    }
    Report.line("add", "SQLite, one by one, 64 callers", Report.rate(callers * each, together, "jobs"))
  }
}
