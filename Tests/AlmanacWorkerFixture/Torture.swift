#if Processes
import Almanac
import AlmanacProcesses
import Foundation
import Logging
import Synchronization

/// Runs in workers that are killed at random, and what must be true of them afterwards.
///
/// What ran is written twice, by parties that know nothing of each other: the jobs append a line to a file when they begin and when they end,
/// and the scheduler keeps its history.
struct Torture {
  var runs: Int
  var seed: UInt64
  var size = 4

  private let silent = Logger(label: "torture") { _ in SwiftLogNoOpLogHandler() }

  func run() async throws -> Bool {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("almanac-torture-\(getpid())").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    // What a first pool opens once for the whole process is no leak of the others.
    try await self.warmUp()
    let before = Census()
    let workers = ProcessExecutor(size: self.size, logger: self.silent)
    let store = MemoryStore(options: .init(historyLimit: 1_000_000))
    var configuration = SchedulerConfiguration()
    // The end is counted by events, so none may be missed.
    configuration.eventBuffer = self.runs * 16 + 1_000
    let scheduler = Scheduler(
      stores: ["default": store], executors: ["default": workers], configuration: configuration, logger: self.silent)
    Deeds.register(scheduler.jobs)
    var dice = Dice(seed: self.seed)
    let policies = JobPolicies(crashLimit: nil)
    let due = SystemClock().now()
    let jobs = (0..<self.runs).map { number in
      NewJob(
        Deed(deed: "append", number: Int.random(in: 0...6_000, using: &dice), text: path), trigger: .at(due),
        id: JobID("job-\(number)"), policies: policies)
    }
    try await scheduler.add(jobs)
    let begun = ContinuousClock.now
    let events = scheduler.events()
    let running = Task { try await scheduler.run() }
    let kills = await self.killUntilDone(workers, events)
    let time = ContinuousClock.now - begun
    await scheduler.shutdown()
    try await running.value
    let rows = try await self.history(scheduler)
    let wrong = try self.audit(rows, path) + before.differences(from: Census())
    let crashed = rows.count { $0.1.outcome == .crashed }
    let rate = Double(self.runs) / (time / .seconds(1))
    print(
      "  \(self.runs) jobs, \(rows.count) attempts, \(kills) workers killed, \(crashed) runs hit, \(workers.tally.starts) workers begun;",
      "\(Int(time / .milliseconds(1))) ms, \(Int(rate)) runs/s")
    for line in wrong.prefix(40) { print("  WRONG \(line)") }
    if kills > 20, crashed == 0 { print("  WRONG no kill hit a run: this proves nothing") }
    return wrong.isEmpty && (kills <= 20 || crashed > 0)
  }

  private func warmUp() async throws {
    let workers = ProcessExecutor(size: 1, logger: self.silent)
    try await workers.start()
    await workers.stop()
    // The timers of the clock too.
    SystemClock().timer(after: .seconds(1)) {}.cancel()
  }

  /// Kills a worker after every few runs that begin, until the last job has finished.
  private func killUntilDone(_ workers: ProcessExecutor, _ events: AsyncStream<SchedulerEvent>) async -> Int {
    var dice = Dice(seed: self.seed &+ 1)
    var kills = 0
    var unfinished = self.runs
    var spared = 0
    for await event in events {
      guard case .job(_, _, _, _, let report) = event.kind else { continue }
      switch report {
      case .finished:
        unfinished -= 1
        if unfinished == 0 { return kills }
      case .started where spared > 0: spared -= 1
      case .started:
        spared = Int.random(in: 2...16, using: &dice)
        let ready = workers.workers.filter { $0.state == .running || $0.state == .idle }.compactMap(\.process)
        guard let victim = ready.randomElement(using: &dice), Census.children().contains(victim) else { continue }
        if Foundation.kill(victim, SIGKILL) == 0 { kills += 1 }
      default: break
      }
    }
    return kills
  }

  private func history(_ scheduler: Scheduler) async throws -> [(JobID, AttemptEnd)] {
    var rows: [(JobID, AttemptEnd)] = []
    var query = HistoryQuery(limit: HistoryQuery.maximumLimit)
    while true {
      let page = try await scheduler.history(query)
      for row in page.rows { if case .attempt(let end) = row.entry { rows.append((row.job, end)) } }
      guard let next = page.next else { return rows }
      query.cursor = next
    }
  }

  // MARK: The audit

  private struct Attempt: Hashable {
    var job: String
    var number: Int
  }

  private func audit(_ rows: [(JobID, AttemptEnd)], _ path: String) throws -> [String] {
    var wrong: [String] = []
    var begun: [Attempt: Int] = [:]
    var ended: [Attempt: Int] = [:]
    for line in try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, let number = Int(words[2]) else {
        wrong.append("a torn line: \(line)")
        continue
      }
      let attempt = Attempt(job: String(words[1]), number: number)
      if words[0] == "begin" { begun[attempt, default: 0] += 1 } else { ended[attempt, default: 0] += 1 }
    }
    for (attempt, count) in begun where count > 1 { wrong.append("begun \(count) times: \(attempt)") }
    for (attempt, count) in ended where count > 1 { wrong.append("ended \(count) times: \(attempt)") }
    var told: [Attempt: Int] = [:]
    var successes: [String: Int] = [:]
    for (job, end) in rows {
      let attempt = Attempt(job: job.rawValue, number: end.attempt)
      told[attempt, default: 0] += 1
      switch end.outcome {
      case .succeeded:
        successes[job.rawValue, default: 0] += 1
        if begun[attempt] != 1 || ended[attempt] != 1 { wrong.append("succeeded and did not run through: \(attempt)") }
      case .crashed: break
      default: wrong.append("ended as \(end.outcome): \(attempt)")
      }
    }
    for (attempt, count) in told where count > 1 { wrong.append("in the history \(count) times: \(attempt)") }
    for attempt in begun.keys where told[attempt] == nil { wrong.append("begun, not in the history: \(attempt)") }
    for number in 0..<self.runs where successes["job-\(number)"] != 1 {
      wrong.append("succeeded \(successes["job-\(number)"] ?? 0) times: job-\(number)")
    }
    return wrong
  }
}

/// What this process has of the system's.
struct Census {
  var descriptors = Self.openDescriptors()
  var processes = Self.children()

  static func openDescriptors() -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
    return names.compactMap { name in
      // The one that lists them is gone by now, and has no target.
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")).map { target in
        // A pipe's number is its own; that there is one more is what counts.
        String(target.prefix { !$0.isNumber })
      }
    }.sorted()
  }

  /// The processes that this one began and that are not reaped.
  static func children() -> Set<Int32> {
    var children: Set<Int32> = []
    for thread in (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? [] {
      let text = (try? String(contentsOfFile: "/proc/self/task/\(thread)/children", encoding: .utf8)) ?? ""
      children.formUnion(text.split(separator: " ").compactMap { Int32($0) })
    }
    return children
  }

  func differences(from later: Census) -> [String] {
    var wrong: [String] = []
    if later.processes != self.processes { wrong.append("processes that are left: \(later.processes.sorted())") }
    if later.descriptors != self.descriptors {
      let difference = later.descriptors.difference(from: self.descriptors)
      wrong.append("descriptors that are new or gone: \(difference.map { $0 })")
    }
    return wrong
  }
}

/// Numbers that follow from a seed.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    self.state = seed &+ 0x9E37_79B9_7F4A_7C15
  }

  mutating func next() -> UInt64 {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = self.state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
#endif
