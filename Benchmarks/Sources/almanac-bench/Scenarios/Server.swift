import Almanac
import AlmanacPostgreSQL
import CMeasure
import Foundation

/// Jobs on a PostgreSQL server that several processes share: added, and from due to done with one node, two and four.
///
/// `ALMANAC_TEST_POSTGRESQL` names the server; everything happens in a schema that is dropped at the end. `ALMANAC_BENCH_NODES` says how many nodes ("1,2,4"),
/// `ALMANAC_BENCH_PASSES` how often each (3), `ALMANAC_BENCH_JOBS` how many jobs are due (20,000), `ALMANAC_BENCH_SLOTS` how many runs a node has at once (256).
enum ServerScenario {
  @Sendable static func run() async throws {
    guard let server = Settings.text("ALMANAC_TEST_POSTGRESQL") else {
      return Report.line("postgres", "PostgreSQL", "not measured: ALMANAC_TEST_POSTGRESQL names no server")
    }
    if Settings.text("ALMANAC_BENCH_ADD") != "no" { try await self.withSchema(server) { try await self.add($0) } }
    let (count, slots) = (Settings.number("ALMANAC_BENCH_JOBS", 20_000), Settings.number("ALMANAC_BENCH_SLOTS", 256))
    for nodes in Settings.numbers("ALMANAC_BENCH_NODES", [1, 2, 4]) {
      var figures: [Int64] = []
      for _ in 0..<Settings.number("ALMANAC_BENCH_PASSES", 3) {
        try await self.withSchema(server) { url in
          figures.append(try await self.fire(url, count: count, nodes: nodes, slots: slots))
        }
      }
      let rates = figures.map { Report.rate(count, $0, "fires") }.joined(separator: ", ")
      let what = "\(nodes) node\(nodes == 1 ? "" : "s"), \(slots) slots each"
      Report.line(
        "postgres", "\(Report.count(Double(count))) due at once, \(what)",
        Report.rate(count, Report.percentile(figures, 0.5), "fires") + " (\(rates))")
    }
  }

  private static func withSchema(_ server: String, _ body: (_ url: String) async throws -> Void) async throws {
    let schema = "bench\(UInt32.random(in: 0...UInt32.max))"
    try await body("\(server)?schema=\(schema)")
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let drop = "set client_min_messages = error; drop schema if exists \(schema) cascade"
    process.arguments = ["psql", "-q", "-c", drop, server]
    try process.run()
    process.waitUntilExit()
  }

  // MARK: Adding

  private static func add(_ url: String) async throws {
    let scheduler = Workshop.scheduler(try PostgreSQLStore(url: url))
    let trigger = Workshop.nextYear
    let count = Settings.number("ALMANAC_BENCH_ADDED", 50_000)
    try await Workshop.fill(scheduler, 2_000, prefix: "first", trigger: trigger)
    let batched = try await timed { try await Workshop.fill(scheduler, count, trigger: trigger) }
    Report.line("postgres", "added in batches of 1,000, one caller", Report.rate(count, batched, "jobs"))
    let four = try await timed {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for caller in 0..<4 {
          group.addTask { try await Workshop.fill(scheduler, count / 4, prefix: "four-\(caller)", trigger: trigger) }
        }
        try await group.waitForAll()
      }
    }
    Report.line("postgres", "added in batches of 1,000, four callers", Report.rate(count, four, "jobs"))
    let alone = try await timed {
      for number in 0..<500 { try await scheduler.add(Nothing(), trigger: trigger, id: JobID("alone-\(number)")) }
    }
    Report.line("postgres", "added one by one, one caller", Report.rate(500, alone, "jobs"))
    let (callers, each) = (64, 100)
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
    Report.line("postgres", "added one by one, 64 callers", Report.rate(callers * each, together, "jobs"))
  }

  // MARK: From due to done

  /// Nanoseconds from the instant at which all are due to the last result's being committed. Nodes are processes of their own, and have
  /// not seen the jobs before.
  private static func fire(_ url: String, count: Int, nodes: Int, slots: Int) async throws -> Int64 {
    let due = SystemClock().now() + .seconds(4 + Double(count) / 10_000)
    try await Workshop.fill(Workshop.scheduler(try PostgreSQLStore(url: url)), count, trigger: .at(due))
    let processes = try (0..<nodes).map { _ in try ServerNode.start(url, slots: slots) }
    if let late = processes.map({ $0.waitUntilReady() }).max(), late > due {
      Report.line("postgres", "the nodes were not ready in time", "by \(late - due)")
    }
    var last = due
    var left = count
    for await (ended, at) in ServerNode.progress(processes) {
      left -= ended
      last = max(last, at)
      if left <= 0 { break }
    }
    for process in processes { process.stop() }
    return Int64((last - due) / .nanoseconds(1))
  }
}

/// What the environment says.
enum Settings {
  static func text(_ name: String) -> String? { ProcessInfo.processInfo.environment[name] }

  static func number(_ name: String, _ otherwise: Int) -> Int { self.text(name).flatMap { Int($0) } ?? otherwise }

  static func numbers(_ name: String, _ otherwise: [Int]) -> [Int] {
    self.text(name)?.split(separator: ",").compactMap { Int($0) } ?? otherwise
  }
}
