import Almanac
import AlmanacTesting
import Foundation
import Logging
import Testing

/// A job with something to hide.
struct Mail: JobPayload, Hashable {
  static let jobName = "mail"
  var to: String
  var password: String?
  var number: Int64 = .max
}

@Suite("Export and import")
struct ExportTests {
  let clock = ManualClock()

  private func scheduler(_ store: MemoryStore? = nil) -> Scheduler {
    Scheduler(
      store: store ?? MemoryStore(clock: self.clock), clock: self.clock,
      logger: Logger(label: "t") { _ in SwiftLogNoOpLogHandler() })
  }

  private func lines(_ scheduler: Scheduler, includingSecrets: Bool = false) async throws -> [String] {
    var lines: [String] = []
    try await scheduler.exportJobs(includingSecrets: includingSecrets) { lines.append($0) }
    return lines
  }

  @Test("a job comes out of another store as it went into the first")
  func roundTrip() async throws {
    let source = self.scheduler()
    var policies = JobPolicies(catchUp: .all(limit: 5), jitter: .seconds(3), overlap: .queueOne, timeout: .seconds(9))
    policies.runLimit = 40
    policies.retry = RetryPolicy(attempts: 4)
    let triggers: [Trigger] = try [
      .every(.seconds(10)), .at(.at(500)), .cron("0 9 * * MON-FRI", in: "Europe/Berlin"),
    ]
    for (number, trigger) in triggers.enumerated() {
      for (status, isPaused) in [("on", false), ("off", true)] {
        try await source.add(
          Mail(to: "ü \"\n😀", password: "p"), trigger: trigger, id: JobID("\(number)/\(status)"), policies: policies,
          options: JobOptions(
            queue: "q", priority: .high, tags: ["a", "b"], title: "T", creator: "me", isPaused: isPaused,
            pauseNote: isPaused ? "why" : nil, correlationID: "c", idempotencyKey: "i", concurrencyKey: "k",
            redactedFields: ["password"]))
      }
    }
    self.clock.advance(to: .at(25))
    let lines = try await self.lines(source, includingSecrets: true)
    #expect(lines.count == 6)
    #expect(lines.allSatisfy { !$0.contains("\n") })
    let target = self.scheduler()
    #expect(try await target.importJobs(lines, dryRun: true).added == 6)
    #expect(try await target.jobs().jobs.isEmpty)
    let report = try await target.importJobs(lines)
    #expect(report.added == 6)
    #expect(report.refused.isEmpty)
    for job in try await source.jobs().jobs {
      let copy = try #require(try await target.job(job.id))
      #expect(copy.record.definition.saysTheSame(as: job.record.definition))
      #expect(copy.record.definition.incarnation != job.record.definition.incarnation)
      #expect(try copy.payload(as: Mail.self) == Mail(to: "ü \"\n😀", password: "p"))
      #expect(copy.status == job.status)
      #expect(copy.note == job.note)
      #expect(copy.record.state.nextFire == job.record.state.nextFire)
      #expect(copy.record.state.nextStart == job.record.state.nextStart)
      #expect(copy.record.state.zoneData == job.record.state.zoneData)
      #expect(copy.createdAt == job.createdAt)
      #expect(copy.record.revision == 1)
    }
    // What is exported again says the same, its incarnations apart.
    let again = try await self.lines(target, includingSecrets: true)
    func withoutIncarnation(_ lines: [String]) -> [String] {
      lines.map { $0.replacing(/"incarnation":-?\d+/, with: "") }
    }
    #expect(withoutIncarnation(again) == withoutIncarnation(lines))
    #expect(try await target.importJobs(again, onConflict: .replace).kept == 6)
  }

  @Test("a fire that was missed between export and import is caught up as the job's policy says")
  func missed() async throws {
    let source = self.scheduler()
    for (id, catchUp) in [("latest", .latest), ("all", .all(limit: 5)), ("none", .none)] as [(JobID, CatchUp)] {
      try await source.add(
        Tick(), trigger: .every(.seconds(10)), id: id,
        policies: JobPolicies(catchUp: catchUp, overlap: .allow(limit: 9)))
    }
    let lines = try await self.lines(source)
    let world = TestWorld()
    try await world.run {
      await world.time.advance(to: .at(35))
      try await world.scheduler.importJobs(lines)
      await world.time.advance(to: .at(36))
      func fires(_ id: JobID) -> [Instant] { world.ran.filter { $0.job == id }.map(\.fireTime).sorted() }
      #expect(fires("latest") == [.at(30)])
      #expect(fires("all") == [.at(10), .at(20), .at(30)])
      #expect(fires("none") == [])
      await world.time.advance(to: .at(40))
      #expect(fires("none") == [.at(40)])
    }
  }

  @Test("runs, dead fires and counters stay behind, and the limit of runs counts on")
  func leftBehind() async throws {
    let world = TestWorld { _, _ in throw Broken() }
    try await world.run {
      try await world.scheduler.add(
        Tick(), trigger: .every(.seconds(10)), id: "a", policies: JobPolicies(runLimit: 3))
      try await world.scheduler.add(Tick(), trigger: .at(.at(15)), id: "over")
      await world.time.advance(to: .at(25))
    }
    let lines = try await self.lines(world.scheduler)
    #expect(lines.count == 1)
    let target = TestWorld()
    try await target.run {
      await target.time.advance(to: .at(26))
      try await target.scheduler.importJobs(lines)
      let job = try #require(try await target.scheduler.job("a"))
      #expect(job.dead.isEmpty && job.runs.isEmpty)
      #expect(job.counters == RunCounters())
      #expect(job.record.state.lastFire == .at(20))
      await target.time.advance(to: .at(60))
      #expect(target.ran.map(\.fireTime) == [.at(30)])
    }
  }

  @Test("what no export may show is not in it, and such a line is not imported")
  func secrets() async throws {
    let source = self.scheduler()
    try await source.add(
      Mail(to: "a", password: "hush"), trigger: .at(.at(9)), id: "a",
      options: JobOptions(redactedFields: ["password", "nothing"]))
    try await source.add(
      Mail(to: "b"), trigger: .at(.at(9)), id: "b", options: JobOptions(redactedFields: ["password"]))
    var lines: [String] = []
    let report = try await source.exportJobs { lines.append($0) }
    #expect(report.exported == 2)
    #expect(report.redacted == 1)
    #expect(!lines.joined().contains("hush"))
    #expect(lines[0].contains(#""redacted":["password"]"#))
    let target = self.scheduler()
    let error = await #expect(throws: ImportError.self) { try await target.importJobs(lines) }
    #expect(error?.problems.map(\.line) == [1])
    #expect(error?.description.contains(#"values were left out of the payload ("password")"#) == true)
    #expect(try await target.jobs().jobs.isEmpty)
    // The list alone is not enough to delete.
    let careless = lines[0].replacingOccurrences(of: #","redacted":["password"]"#, with: "")
    await #expect(throws: ImportError.self) { try await target.importJobs([careless]) }
    let whole = careless.replacingOccurrences(of: "(redacted)", with: "known")
    #expect(whole != careless)
    #expect(try await target.importJobs([whole, lines[1]]).added == 2)
    #expect(try await target.job("a")?.payload(as: Mail.self).password == "known")
  }

  @Test("a payload that is no object of JSON is left out as a whole where something of it is secret")
  func opaqueSecrets() async throws {
    let store = MemoryStore(clock: self.clock)
    let profile = JobProfile(
      lane: Lane(jobName: "x"), payloadCodec: "plist", redactedFields: ["password"])
    let definition = JobDefinition(
      id: "x", incarnation: 1, createdAt: .at(0), payload: Array("hush".utf8), trigger: .at(.at(9)), profile: profile)
    _ = try await store.insert([JobMachine.newRecord(definition, now: .at(0))]) { _, _ in .refuse(.kept) }
    let lines = try await self.lines(self.scheduler(store))
    #expect(!lines.joined().contains("hush"))
    await #expect(throws: ImportError.self) { try await self.scheduler().importJobs(lines) }
  }

  @Test("every bad line is told with its number, and then nothing is imported")
  func badLines() async throws {
    let source = self.scheduler()
    for id in ["a", "b"] as [JobID] { try await source.add(Tick(), trigger: .at(.at(9)), id: id) }
    let good = try await self.lines(source)
    let target = self.scheduler()
    let lines = [
      good[0], "", "{", "[1]", #"{"id":"x"}"#, good[1].replacingOccurrences(of: #""almanac":1"#, with: #""almanac":2"#),
      good[1].replacingOccurrences(of: #""status":"active""#, with: #""status":"removed""#), good[0],
      good[1].replacingOccurrences(of: #""id":"b""#, with: #""id":"""#), "  ",
      good[1].replacingOccurrences(of: #""job":"tick""#, with: #""jab":"tick""#),
    ]
    let error = await #expect(throws: ImportError.self) { try await target.importJobs(lines) }
    #expect(error?.problems.map(\.line) == [3, 4, 5, 6, 7, 8, 9, 11])
    let reasons = error?.problems.map(\.reason) ?? []
    #expect(reasons[3].contains("version 2") && reasons[3].contains("reads 1"))
    #expect(reasons[4].contains("expected active, paused or quarantined"))
    #expect(reasons[5] == "the job \"a\" is on line 1 too")
    #expect(reasons[6].contains("may not be empty"))
    #expect(reasons[7].contains("\"job\" is missing"))
    #expect(try await target.jobs().jobs.isEmpty)
  }

  @Test("a job whose id is taken is refused, kept or replaced, as asked")
  func conflicts() async throws {
    let source = self.scheduler()
    for id in ["a", "b"] as [JobID] { try await source.add(Tick(label: "new"), trigger: .at(.at(9)), id: id) }
    let lines = try await self.lines(source)
    for dryRun in [true, false] {
      for policy in ConflictPolicy.allCases {
        let target = self.scheduler()
        try await target.add(Tick(label: "old"), trigger: .at(.at(9)), id: "b", options: JobOptions(isPaused: true))
        let report = try await target.importJobs(lines, onConflict: policy, dryRun: dryRun)
        #expect(report.added == 1)
        #expect(report.kept == (policy == .keep ? 1 : 0))
        #expect(report.replaced == (policy == .replace ? 1 : 0))
        #expect(report.refused.map(\.line) == (policy == .fail ? [2] : []))
        let job = try #require(try await target.job("b"))
        #expect(job.status == .paused)
        #expect(try job.payload(as: Tick.self).label == (policy == .replace && !dryRun ? "new" : "old"))
        #expect(try await target.job("a") != nil || dryRun)
      }
    }
  }

  @Test("a trigger of a kind that is not known here is carried on, quarantined, and as it was")
  func unknownTrigger() async throws {
    let source = self.scheduler()
    try await source.add(Tick(), trigger: .at(.at(9)), id: "a")
    let known = try await self.lines(source)[0]
    let line = known.replacingOccurrences(of: #""kind":"at""#, with: #""kind":"moon""#)
    #expect(line != known)
    let target = self.scheduler()
    try await target.importJobs([line])
    #expect(try await target.job("a")?.status == .quarantined)
    #expect(try await self.lines(target)[0].contains(#""kind":"moon""#))
  }
}
