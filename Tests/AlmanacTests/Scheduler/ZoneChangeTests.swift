import AlmanacTesting
import Logging
import Synchronization
import Testing

@testable import Almanac

@Suite("Newer zone data below running schedulers", .timeLimit(.minutes(1)))
struct ZoneChangeTests {
  private static let hour = 3_600.0

  /// What several schedulers told of fires that were moved.
  private final class Moves: Sendable {
    let instants = Mutex<[Instant?]>([])
    let counts = Mutex<[JobID: Int]>([:])
  }

  private func noon(_ zone: String = "Test/Place", in folder: ZoneFolder) throws -> Trigger {
    try folder.inPlace { try Trigger.cron("0 12 * * *", in: zone) }
  }

  private func scheduler(
    on store: any JobStore, _ clock: ManualClock, _ folder: ZoneFolder, log: LogBook = LogBook(), node: String = "node",
    lifetime: Duration = .seconds(600), _ ran: @escaping @Sendable (Instant) -> Void = { _ in }
  ) -> Scheduler {
    // Days pass in these tests, and each renewal of a session is work.
    let configuration = folder.inPlace {
      SchedulerConfiguration(node: node, sessionLifetime: lifetime, pollInterval: .seconds(86_400))
    }
    let scheduler = Scheduler(store: store, configuration: configuration, clock: clock, logger: log.logger)
    scheduler.register(Tick.self) { _, context in ran(context.fireInstant) }
    return scheduler
  }

  private func run(_ schedulers: [Scheduler], _ clock: ManualClock, _ body: (VirtualTime) async throws -> Void)
    async throws
  {
    let time = VirtualTime(clock, schedulers)
    var tasks: [Task<Void, any Error>] = []
    for scheduler in schedulers {
      tasks.append(await scheduler.start())
    }
    await time.settle()
    var failure: (any Error)?
    do { try await body(time) } catch { failure = error }
    await time.shutdown()
    for task in tasks { try await task.value }
    if let failure { throw failure }
  }

  @Test("a fire that newer data moves is moved within minutes, told and logged; the others are left alone")
  func moved() async throws {
    let folder = try ZoneFolder("2025b", ["Test/Place": 9, "Test/Other": 9])
    let clock = ManualClock()
    let log = LogBook()
    let ran = Mutex<[Instant]>([])
    let store = MemoryStore(clock: clock)
    let scheduler = self.scheduler(on: store, clock, folder, log: log, lifetime: .seconds(60)) { fire in
      ran.withLock { $0.append(fire) }
    }
    try await self.run([scheduler], clock) { time in
      let events = scheduler.events()
      let (place, other) = (try self.noon(in: folder), try self.noon("Test/Other", in: folder))
      try await scheduler.add(Tick(), trigger: place, id: "moved")
      try await scheduler.add(Tick(), trigger: other, id: "same")
      try await scheduler.add(Tick(), trigger: .every(.seconds(86_400)), id: "elapsed")
      try await scheduler.add(Tick(), trigger: .cron("0 12 * * *", in: "UTC"), id: "utc")
      #expect(try await scheduler.job("moved")?.record.state.nextFire == .at(3 * Self.hour))
      try folder.install("2026a", ["Test/Place": 10])
      await time.advance(to: .at(180))
      let moved = try #require(try await scheduler.job("moved")?.record)
      #expect(moved.state.nextFire == .at(2 * Self.hour) && moved.state.zoneData == "2026a")
      let same = try #require(try await scheduler.job("same")?.record)
      #expect(same.state.nextFire == .at(3 * Self.hour) && same.state.zoneData == "2026a")
      #expect(try await scheduler.job("elapsed")?.record.revision == 1)
      #expect(try await scheduler.job("utc")?.record.revision == 1)
      await time.advance(to: .at(26 * Self.hour))
      #expect(ran.withLock { $0 } == [2, 3, 12, 24, 26].map { .at($0 * Self.hour) })
      scheduler.pause()
      var told: [String] = []
      for await event in events {
        switch event.kind {
        case .job(let id, _, _, _, .zoneDataChanged(let from, let to)):
          told.append("\(id) \(from == .at(3 * Self.hour)) \(to == .at(2 * Self.hour))")
        case .zoneDataLoaded(let from, let to): told.append("\(from) \(to)")
        default: break
        }
        if case .paused = event.kind { break }
      }
      #expect(told == ["2025b 2026a", "moved true true"])
      let lines = log.lines("next fire moved by newer zone data")
      #expect(lines.map { $0.metadata["job"] } == ["moved"])
      #expect(lines.first?.metadata["from"] == "2026-01-01T03:00:00Z")
      #expect(lines.first?.metadata["to"] == "2026-01-01T02:00:00Z")
      #expect(log.lines("newer zone data is in use").count == 1)
    }
  }

  @Test("a scheduler that starts with newer data derives anew what was computed by older", arguments: [true, false])
  func atStart(isNewer: Bool) async throws {
    let old = try ZoneFolder(isNewer ? "2025b" : "2026b", ["Test/Place": 9])
    let new = try ZoneFolder("2026a", ["Test/Place": 10])
    let clock = ManualClock()
    let store = MemoryStore(clock: clock)
    try await self.scheduler(on: store, clock, old).add(Tick(), trigger: self.noon(in: old), id: "a")
    let scheduler = self.scheduler(on: store, clock, new)
    try await self.run([scheduler], clock) { time in
      let record = try #require(try await scheduler.job("a")?.record)
      #expect(record.state.nextFire == .at((isNewer ? 2 : 3) * Self.hour))
      #expect(record.state.zoneData == (isNewer ? "2026a" : "2026b"))
      await time.advance(to: .at(Self.hour))
      #expect(try await scheduler.job("a")?.record.revision == record.revision)
    }
  }

  @Test("schedulers with different data do not move a fire to and fro, and each day has one")
  func mixed() async throws {
    let old = try ZoneFolder("2025b", ["Test/Place": 9])
    let new = try ZoneFolder("2026a", ["Test/Place": 10])
    let clock = ManualClock()
    let ran = Mutex<[Instant]>([])
    let moves = Moves()
    let store = MemoryStore(clock: clock)
    let schedulers = [old, new, old].enumerated().map { number, folder in
      self.scheduler(on: store, clock, folder, node: "node-\(number)") { fire in ran.withLock { $0.append(fire) } }
    }
    let listening = schedulers.map { scheduler in
      let events = scheduler.events()
      return Task {
        for await event in events {
          if case .job(_, _, _, _, .zoneDataChanged(_, let to)) = event.kind {
            moves.instants.withLock { $0.append(to) }
          }
          if case .stopped = event.kind { break }
        }
      }
    }
    try await self.run(schedulers, clock) { time in
      try await schedulers[0].add(Tick(), trigger: self.noon(in: old), id: "a")
      for day in stride(from: 0.0, to: 3, by: 1) {
        await time.advance(to: .at(day * 86_400 + 1.5 * Self.hour))
        let record = try #require(try await schedulers[0].job("a")?.record)
        #expect(record.state.nextFire == .at(day * 86_400 + 2 * Self.hour) && record.state.zoneData == "2026a")
      }
      await time.advance(to: .at(2 * 86_400 + 12 * Self.hour))
    }
    for task in listening { await task.value }
    #expect(ran.withLock { $0 } == [0, 1, 2].map { .at($0 * 86_400 + 2 * Self.hour) })
    // A fire that an older scheduler computes is moved once, and never back.
    for to in moves.instants.withLock({ $0 }) {
      let seconds = (try #require(to) - Instant.at(0)).components.seconds
      #expect(seconds % 86_400 == 7_200)
    }
  }

  @Test("a fire that is due is answered as it was announced, and the next one by the newer data")
  func due() async throws {
    let folder = try ZoneFolder("2025b", ["Test/Place": 9])
    let clock = ManualClock(now: .at(2.9 * Self.hour))
    let ran = Mutex<[Instant]>([])
    let store = MemoryStore(clock: clock)
    let scheduler = self.scheduler(on: store, clock, folder) { fire in ran.withLock { $0.append(fire) } }
    try await scheduler.add(Tick(), trigger: self.noon(in: folder), id: "a")
    try folder.install("2026a", ["Test/Place": 10])
    clock.advance(to: .at(3.1 * Self.hour))
    folder.database.reload()
    try await self.run([scheduler], clock) { _ in
      #expect(ran.withLock { $0 } == [.at(3 * Self.hour)])
      let record = try #require(try await scheduler.job("a")?.record)
      #expect(record.state.nextFire == .at(26 * Self.hour) && record.state.zoneData == "2026a")
    }
  }

  @Test("a fire that by newer data has passed is not lost: it comes as it was announced")
  func passed() async throws {
    let folder = try ZoneFolder("2025b", ["Test/Place": 9])
    let clock = ManualClock()
    let ran = Mutex<[Instant]>([])
    let store = MemoryStore(clock: clock)
    let scheduler = self.scheduler(on: store, clock, folder) { fire in ran.withLock { $0.append(fire) } }
    try await self.run([scheduler], clock) { time in
      try await scheduler.add(Tick(), trigger: self.noon(in: folder), id: "a")
      await time.advance(to: .at(2.5 * Self.hour))
      try folder.install("2026a", ["Test/Place": 10])
      await time.advance(to: .at(27 * Self.hour))
      #expect(ran.withLock { $0 } == [.at(3 * Self.hour), .at(26 * Self.hour)])
    }
  }

  @Test("a job that was added with a trigger made before the reload fires by the newer data")
  func added() async throws {
    let folder = try ZoneFolder("2025b", ["Test/Place": 9])
    let clock = ManualClock()
    let scheduler = self.scheduler(on: MemoryStore(clock: clock), clock, folder)
    let trigger = try self.noon(in: folder)
    try folder.install("2026a", ["Test/Place": 10])
    folder.database.reload()
    let job = try await scheduler.add(Tick(), trigger: trigger, id: "a").job
    #expect(job.record.state.nextFire == .at(2 * Self.hour) && job.record.state.zoneData == "2026a")
    let other = try await scheduler.add(Tick(), trigger: .at(.at(9)), id: "b").job
    #expect(other.record.state.zoneData == nil)
    let moved = try await scheduler.reschedule("b", trigger: trigger)
    #expect(moved.record.state.nextFire == .at(2 * Self.hour) && moved.record.state.zoneData == "2026a")
  }

  @Test("data of which nobody can say whether it is newer moves nothing, unless it was seen to come")
  func unknown() async throws {
    let elsewhere = try ZoneFolder(nil, ["Europe/London": 9])
    let folder = try ZoneFolder(nil, ["Europe/London": 10])
    let clock = ManualClock()
    let store = MemoryStore(clock: clock)
    let trigger = try self.noon("Europe/London", in: elsewhere)
    try await self.scheduler(on: store, clock, elsewhere).add(Tick(), trigger: trigger, id: "elsewhere")
    let scheduler = self.scheduler(on: store, clock, folder)
    try await scheduler.add(Tick(), trigger: trigger, id: "here")
    try await self.run([scheduler], clock) { time in
      await time.advance(to: .at(300))
      try folder.install(nil, ["Europe/London": 11])
      await time.advance(to: .at(600))
      #expect(try await scheduler.job("elsewhere")?.record.state.nextFire == .at(3 * Self.hour))
      #expect(try await scheduler.job("here")?.record.state.nextFire == .at(Self.hour))
    }
  }

  @Test("every job of many pages is derived anew, by however many schedulers, and each once")
  func pages() async throws {
    let old = try ZoneFolder("2025b", ["Test/Place": 9])
    let new = try ZoneFolder("2026a", ["Test/Place": 10])
    let clock = ManualClock()
    let moves = Moves()
    let store = MemoryStore(clock: clock)
    let trigger = try self.noon(in: old)
    let jobs = (0..<2_500).map { NewJob(Tick(), trigger: trigger, id: JobID("job-\($0)")) }
    try await self.scheduler(on: store, clock, old).add(jobs)
    let schedulers = (0..<3).map { self.scheduler(on: store, clock, new, node: "node-\($0)") }
    let listening = schedulers.map { scheduler in
      let events = scheduler.events()
      return Task {
        for await event in events {
          if case .job(let id, _, _, _, .zoneDataChanged) = event.kind {
            moves.counts.withLock { $0[id, default: 0] += 1 }
          }
          if case .stopped = event.kind { break }
        }
      }
    }
    try await self.run(schedulers, clock) { time in
      await time.advance(to: .at(60))
      let left = try await store.query(JobQuery(zoneDataOtherThan: "2026a"))
      #expect(left.records.isEmpty)
    }
    for task in listening { await task.value }
    #expect(moves.counts.withLock { $0.count } == 2_500)
    #expect(moves.counts.withLock { $0.values.allSatisfy { $0 == 1 } })
  }
}
