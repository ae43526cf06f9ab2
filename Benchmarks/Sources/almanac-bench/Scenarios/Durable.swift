import Almanac
import AlmanacSQLite
import CMeasure

/// Jobs of a SQLite file that are due at once: fires a second, from due to the result's being on the disk.
enum DurableScenario {
  private static let count = 5_000

  @Sendable static func run() async throws {
    var figures: [Int64] = []
    for pass in 0..<3 {
      try await withTemporaryDirectory { directory in figures.append(try await once("\(directory)/\(pass).sqlite")) }
    }
    Report.line(
      "durable", "SQLite, FULL, 5,000 due at once", Report.rate(count, Report.percentile(figures, 0.5), "fires"))
  }

  private static func once(_ path: String) async throws -> Int64 {
    let scheduler = Workshop.scheduler(try SQLiteStore(path: path), eventBuffer: 100_000)
    scheduler.register(Nothing.self) { _, _ in }
    let due = SystemClock().now() + .seconds(2)
    try await Workshop.fill(scheduler, count, trigger: .at(due))
    let events = scheduler.events()
    var end = due
    try await Workshop.running(scheduler) {
      // The end of a run is told once it is committed.
      var left = count
      for await event in events {
        if case .job(_, _, _, _, .ended) = event.kind { left -= 1 }
        if left == 0 { break }
      }
      end = SystemClock().now()
    }
    return Int64((end - due) / .nanoseconds(1))
  }
}
