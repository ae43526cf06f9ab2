import Almanac
import CMeasure
import Foundation

/// Jobs on a server that several processes share: added, and from due to done with one node, two and four.
///
/// `ALMANAC_TEST_POSTGRESQL` or `ALMANAC_TEST_MYSQL` names the server; everything happens in a place that is cleared away at the end. `ALMANAC_BENCH_NODES` says how many nodes
/// ("1,2,4"), `ALMANAC_BENCH_PASSES` how often each (3), `ALMANAC_BENCH_JOBS` how many jobs are due (20,000), `ALMANAC_BENCH_SLOTS` how many runs a node has at once (256).
struct ServerScenario {
  let kind: ServerKind

  @Sendable static func postgreSQL() async throws { try await ServerScenario(kind: .postgreSQL).run() }
  @Sendable static func mySQL() async throws { try await ServerScenario(kind: .mySQL).run() }

  private func run() async throws {
    guard let server = Settings.text(self.kind.variable) else {
      return self.report("a server", "not measured: \(self.kind.variable) names none")
    }
    if Settings.text("ALMANAC_BENCH_ADD") != "no" {
      try await self.kind.withPlace(on: server) { try await self.add($0) }
    }
    let (count, slots) = (Settings.number("ALMANAC_BENCH_JOBS", 20_000), Settings.number("ALMANAC_BENCH_SLOTS", 256))
    for nodes in Settings.numbers("ALMANAC_BENCH_NODES", [1, 2, 4]) {
      var figures: [Int64] = []
      for _ in 0..<Settings.number("ALMANAC_BENCH_PASSES", 3) {
        try await self.kind.withPlace(on: server) { url in
          figures.append(try await self.fire(url, count: count, nodes: nodes, slots: slots))
        }
      }
      let rates = figures.map { Report.rate(count, $0, "fires") }.joined(separator: ", ")
      let what = "\(nodes) node\(nodes == 1 ? "" : "s"), \(slots) slots each"
      self.report(
        "\(Report.count(Double(count))) due at once, \(what)",
        Report.rate(count, Report.percentile(figures, 0.5), "fires") + " (\(rates))")
    }
  }

  private func report(_ what: String, _ figure: String) { Report.line(self.kind.rawValue, what, figure) }

  // MARK: Adding

  private func add(_ url: String) async throws {
    let scheduler = Workshop.scheduler(try ServerKind.store(url))
    let trigger = Workshop.nextYear
    let count = Settings.number("ALMANAC_BENCH_ADDED", 50_000)
    try await Workshop.fill(scheduler, 2_000, prefix: "first", trigger: trigger)
    let batched = try await timed { try await Workshop.fill(scheduler, count, trigger: trigger) }
    self.report("added in batches of 1,000, one caller", Report.rate(count, batched, "jobs"))
    let four = try await timed {
      try await withThrowingTaskGroup(of: Void.self) { group in
        for caller in 0..<4 {
          group.addTask { try await Workshop.fill(scheduler, count / 4, prefix: "four-\(caller)", trigger: trigger) }
        }
        try await group.waitForAll()
      }
    }
    self.report("added in batches of 1,000, four callers", Report.rate(count, four, "jobs"))
    let alone = try await timed {
      for number in 0..<500 { try await scheduler.add(Nothing(), trigger: trigger, id: JobID("alone-\(number)")) }
    }
    self.report("added one by one, one caller", Report.rate(500, alone, "jobs"))
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
    self.report("added one by one, 64 callers", Report.rate(callers * each, together, "jobs"))
  }

  // MARK: From due to done

  /// Nanoseconds from the instant at which all are due to the last result's being committed. Nodes are processes of their own, and have
  /// not seen the jobs before.
  private func fire(_ url: String, count: Int, nodes: Int, slots: Int) async throws -> Int64 {
    let due = SystemClock().now() + .seconds(4 + Double(count) / 10_000)
    try await Workshop.fill(Workshop.scheduler(try ServerKind.store(url)), count, trigger: .at(due))
    let processes = try (0..<nodes).map { _ in try ServerNode.start(url, slots: slots) }
    if let late = processes.map({ $0.waitUntilReady() }).max(), late > due {
      self.report("the nodes were not ready in time", "by \(late - due)")
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
