import Almanac
import AlmanacPostgreSQL
import CMeasure
import Foundation

extension DurableScenario {
  /// The same on a server, which `ALMANAC_TEST_POSTGRESQL` names, with one node and with two; see `scripts/servers`.
  static func runPostgreSQL() async throws {
    guard let server = ProcessInfo.processInfo.environment["ALMANAC_TEST_POSTGRESQL"] else {
      return Report.line("durable", "PostgreSQL", "not measured: ALMANAC_TEST_POSTGRESQL names no server")
    }
    for nodes in [1, 2] {
      var figures: [Int64] = []
      var added: [Int64] = []
      for _ in 0..<3 {
        let (add, fire) = try await self.once(server, nodes: nodes)
        added.append(add)
        figures.append(fire)
      }
      if nodes == 1 {
        Report.line(
          "durable", "PostgreSQL, added in batches of 1,000",
          Report.rate(self.serverCount, Report.percentile(added, 0.5), "jobs"))
      }
      Report.line(
        "durable", "PostgreSQL, 20,000 due at once, \(nodes) node\(nodes == 1 ? "" : "s")",
        Report.rate(self.serverCount, Report.percentile(figures, 0.5), "fires"))
    }
  }

  private static let serverCount = 20_000

  private static func once(_ server: String, nodes: Int) async throws -> (add: Int64, fire: Int64) {
    let schema = "bench\(UInt32.random(in: 0...UInt32.max))"
    let url = "\(server)?schema=\(schema)"
    let schedulers = try (0..<nodes).map { _ in
      let scheduler = Workshop.scheduler(try PostgreSQLStore(url: url), eventBuffer: 100_000)
      scheduler.register(Nothing.self) { _, _ in }
      return scheduler
    }
    let due = SystemClock().now() + .seconds(6)
    let began = SystemClock().now()
    try await Workshop.fill(schedulers[0], self.serverCount, trigger: .at(due))
    let filled = SystemClock().now()
    let countdown = Countdown(self.serverCount)
    var end = due
    try await withThrowingTaskGroup(of: Void.self) { group in
      for scheduler in schedulers {
        let events = scheduler.events()
        group.addTask { try await scheduler.run() }
        group.addTask {
          for await event in events {
            if case .job(_, _, _, _, .ended) = event.kind { countdown.tick() }
          }
        }
      }
      await countdown.wait()
      end = SystemClock().now()
      for scheduler in schedulers { await scheduler.shutdown() }
      group.cancelAll()
      try? await group.waitForAll()
    }
    return (Int64((filled - began) / .nanoseconds(1)), Int64((end - due) / .nanoseconds(1)))
  }
}
