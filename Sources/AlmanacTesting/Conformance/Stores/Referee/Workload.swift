import Almanac

/// A random workload: several schedulers at once add, claim, finish, give back, change and remove the same few jobs, and die now and then.
/// Afterwards all is wound up, and the ledger judges.
struct Workload: Sendable {
  let scene: LawScene
  let seed: UInt64
  private let ledger = Ledger()

  init(scene: LawScene, seed: UInt64) {
    self.scene = scene
    self.seed = seed
  }

  static let demand = Demand(jobNames: ["job"], slots: [Lane.defaultExecutor: 3], tendLimit: 20)
  static let jobs: [JobID] = (0..<8).map { JobID("job-\($0)") }

  func run(schedulers: Int, steps: Int) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<schedulers {
        group.addTask {
          let store = try await self.scene.client()
          let random = SeededGenerator(seed: self.seed &* 1_000 &+ UInt64(number))
          var scheduler = try await RandomScheduler(
            name: "scheduler-\(number)", store: store, scene: self.scene, ledger: self.ledger, random: random)
          for _ in 0..<steps { try await scheduler.step() }
        }
      }
      try await group.waitForAll()
    }
    try await self.windUp()
  }

  /// Declares every scheduler dead, takes its runs back, removes every job, and takes every outbox to the history.
  private func windUp() async throws {
    let store = try await self.scene.client()
    let heir = try await store.openSession(self.scene.draft("heir"))
    for session in try await store.sessions() where session.epoch != heir.epoch {
      let isDead = try await store.markDead(session.epoch, expiringAt: session.expiresAt)
      try verify(isDead, "session \(session.epoch) should be dead")
    }
    for epoch in try await store.owners() {
      for id in try await store.records(ownedBy: epoch, limit: 100) {
        try await self.send(.ownerLost(epoch), to: id, on: store)
      }
    }
    try verifyEqual(try await store.owners(), [], "the owners after all was taken back")
    for id in Workload.jobs { try await self.send(.removed, to: id, on: store) }
    for record in try await self.scene.all(from: store) {
      try await self.scene.settle([.committed(record, [])], on: store)
    }
    let records = try await self.scene.all(from: store)
    let rows = try await self.scene.history(from: store)
    try self.ledger.judge(records: records, rows: rows)
    try await StoreLaw.verifyAgreement(Workload.demand, as: heir.epoch, on: store, self.scene)
  }

  private func send(_ event: RecordEvent, to id: JobID, on store: any JobStore) async throws {
    let now = self.ledger.tick()
    try await self.scene.settle(
      try await store.update([id]) { JobMachine.apply(event, to: $0, now: now) }, on: store)
  }
}

/// One scheduler of a workload: it does what its seed says.
private struct RandomScheduler {
  let name: String
  let store: any JobStore
  let scene: LawScene
  let ledger: Ledger
  var random: SeededGenerator
  private var session: Session
  private var batch: Int64 = 0
  /// The runs that it believes to hold.
  private var held: [Ledger.Start] = []

  init(
    name: String, store: any JobStore, scene: LawScene, ledger: Ledger, random: SeededGenerator
  ) async throws {
    self.name = name
    self.store = store
    self.scene = scene
    self.ledger = ledger
    self.random = random
    self.session = try await store.openSession(scene.draft(name))
  }

  mutating func step() async throws {
    switch Int.random(in: 0..<100, using: &self.random) {
    case 0..<20: try await self.add()
    case 20..<50: try await self.advance()
    case 50..<75: try await self.end()
    case 75..<78: try await self.die()
    case 78..<82: try await self.recover()
    default: try await self.meddle()
    }
  }

  private mutating func anyJob() -> JobID {
    Workload.jobs[Int.random(in: 0..<Workload.jobs.count, using: &self.random)]
  }

  private mutating func add() async throws {
    let now = self.ledger.tick()
    let policies = JobPolicies(
      misfireGrace: [nil, .seconds(5)][Int.random(in: 0..<2, using: &self.random)],
      catchUp: [.latest, .earliest, .all(limit: 3), CatchUp.none][Int.random(in: 0..<4, using: &self.random)],
      overlap: [.skip, .queue(limit: 3), .allow(limit: 2)][Int.random(in: 0..<3, using: &self.random)],
      retry: [.never, RetryPolicy(attempts: 3, backoff: .fixed(.seconds(1)))][
        Int.random(in: 0..<2, using: &self.random)],
      timeout: [nil, .seconds(8)][Int.random(in: 0..<2, using: &self.random)],
      onCrash: [.runAgain, .abandon][Int.random(in: 0..<2, using: &self.random)])
    let trigger =
      Bool.random(using: &self.random)
      ? Trigger.at(now)
      : try .every(.seconds(Int.random(in: 1...9, using: &self.random)), startingAt: LawScene.start.date)
    let definition = JobDefinition(
      id: self.anyJob(), incarnation: self.ledger.incarnation(), createdAt: now, payload: [], trigger: trigger,
      profile: JobProfile(lane: Lane(jobName: "job"), policies: policies))
    let policy = ConflictPolicy.allCases[Int.random(in: 0..<3, using: &self.random)]
    let answers = try await self.store.insert([JobMachine.newRecord(definition, now: now)]) {
      JobMachine.resolve(existing: $0, proposed: $1, policy, now: now)
    }
    for case .replaced(let record, let effects) in answers {
      try await self.scene.settle([.committed(record, effects)], on: self.store)
    }
  }

  private mutating func advance() async throws {
    let now = self.ledger.tick()
    let epoch = self.session.epoch
    self.batch += 1
    let batch = self.batch
    let answers: [StoreAnswer]
    do {
      answers = try await self.store.advance(Workload.demand, at: now, as: epoch) { record, starts in
        JobMachine.apply(.due(starts: starts, owner: epoch, batch: batch), to: record, now: now)
      }
    } catch let error as StoreError where error.code == .sessionLost {
      try await self.die()
      return
    }
    for (id, order) in answers.orders {
      self.ledger.started(id, order)
      self.held.append(Ledger.Start(job: id, order: order))
    }
    try await self.scene.settle(answers, on: self.store)
  }

  private mutating func end() async throws {
    guard !self.held.isEmpty else { return }
    let run = self.held.remove(at: Int.random(in: 0..<self.held.count, using: &self.random))
    let now = self.ledger.tick()
    let event: RecordEvent
    switch Int.random(in: 0..<10, using: &self.random) {
    case 0: event = .released(run.order.token)
    case 1: event = .finished(run.order.token, .cancelled, startedAt: run.order.startedAt, endedAt: now)
    case 2...4:
      let failure = Failure(type: "E", message: "m")
      event = .finished(run.order.token, .failed(failure), startedAt: run.order.startedAt, endedAt: now)
    default: event = .finished(run.order.token, .succeeded, startedAt: run.order.startedAt, endedAt: now)
    }
    try await self.send(event, to: run.job, now: now)
  }

  /// What people do.
  private mutating func meddle() async throws {
    let events: [RecordEvent] = [
      .paused(note: nil), .resumed(.fromNow), .resumed(.catchUp), .triggeredByHand(), .skipNext, .cancelRequested(nil),
      .removed,
    ]
    let event = events[Int.random(in: 0..<events.count, using: &self.random)]
    try await self.send(event, to: self.anyJob(), now: self.ledger.tick())
  }

  private func send(_ event: RecordEvent, to id: JobID, now: Instant) async throws {
    let answers = try await self.store.update([id]) { JobMachine.apply(event, to: $0, now: now) }
    for case .committed(_, let effects) in answers {
      for case .report(.released(let token)) in effects { self.ledger.released(token) }
    }
    try await self.scene.settle(answers, on: self.store)
  }

  /// Forgets everything, as a process that was killed, and begins anew. Its old session is found dead by somebody.
  private mutating func die() async throws {
    let old = self.session
    self.held = []
    self.session = try await self.store.openSession(self.scene.draft(self.name))
    _ = try await self.store.markDead(old.epoch, expiringAt: old.expiresAt)
  }

  /// Takes back what dead sessions hold.
  private func recover() async throws {
    let dead = try await self.store.sessions().filter(\.isDead).map(\.epoch)
    for epoch in try await self.store.owners() where dead.contains(epoch) {
      for id in try await self.store.records(ownedBy: epoch, limit: 100) {
        try await self.send(.ownerLost(epoch), to: id, now: self.ledger.tick())
      }
    }
  }
}
