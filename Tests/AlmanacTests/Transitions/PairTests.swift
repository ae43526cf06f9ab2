import Almanac
import Testing

@Suite("Every pair of a status and an event is answered, whatever runs there are", .aside)
struct PairTests {
  /// The runs that a job of the given status can have.
  private static func runs(_ status: JobStatus) -> [[Run]] {
    let claimed = Workshop.claimed(fire: 1, number: 1)
    let variations: [[Run]] = [
      [],
      [claimed],
      [Workshop.claimed(fire: 1, number: 1, timeoutAt: Workshop.at(20))],
      [Workshop.claimed(fire: 1, number: 1, cancelling: .timeout)],
      [Workshop.claimed(fire: 1, number: 1, cancelling: .requested)],
      [Workshop.claimed(fire: 1, number: 1, owner: 2)],
      [claimed, Workshop.claimed(fire: 2, number: 2, owner: 2)],
      (1...64).map { Workshop.claimed(fire: Double($0) / 64, number: Int64($0), owner: Int64($0 % 3)) },
    ]
    let withWaiting: [[Run]] = [
      [Workshop.waiting(fire: 1)],
      [Workshop.waiting(fire: 1, ready: 15, attempt: 2, failures: 1)],
      [claimed, Workshop.waiting(fire: 2)],
      [claimed, Workshop.waiting(fire: 2, ready: 12, attempt: 3, failures: 2), Workshop.waiting(fire: 3)],
      [Run(fireTime: Workshop.at(2), origin: .hand, phase: .waiting(until: Workshop.at(2)))],
      [Workshop.claimed(fire: 0.01, number: 1)] + (2...64).map { Workshop.waiting(fire: Double($0) / 64) },
      (1...64).map { Workshop.waiting(fire: Double($0) / 64, ready: 30, attempt: 2, failures: 1) },
    ]
    switch status {
    case .finished: return [[]]
    case .removed: return variations
    case .active, .paused, .quarantined: return variations + withWaiting
    }
  }

  private static func fires(_ status: JobStatus) -> [Instant?] {
    // Not yet, due, and where no fire of the trigger lies.
    status.isTombstone ? [nil] : [nil, Workshop.at(10), Workshop.at(7.5), Workshop.at(1_000)]
  }

  private static let policies = [
    JobPolicies.default,
    JobPolicies(catchUp: .earliest, overlap: .queue(limit: 3), retry: RetryPolicy(attempts: 3)),
    JobPolicies(catchUp: .all(limit: 64), overlap: .queue(limit: 64), onCrash: .abandon),
    JobPolicies(misfireGrace: .seconds(12), catchUp: .all(limit: 2), overlap: .allow(limit: 64), timeout: .seconds(5)),
    JobPolicies(
      catchUpWindow: .seconds(25), jitter: .seconds(8), deadline: .seconds(18), overlap: .cancelRunning,
      retry: RetryPolicy(attempts: 2, jitter: 1, giveUpOn: ["timeout"]), crashLimit: 1, pauseAfterFailures: 1,
      runLimit: 2,
      deadLetters: 1),
    JobPolicies(misfireGrace: .zero, catchUp: .none, overlap: .allow(limit: 2), timeout: .zero, retention: .zero),
  ]

  private static func triggers() -> [Trigger] {
    [
      Workshop.every(10), .at(Workshop.at(10)), Workshop.every(10).ending(at: Workshop.at(30)), Workshop.unreadable,
    ]
  }

  private static func events(_ record: JobRecord) -> [RecordEvent] {
    let tokens = [
      Workshop.token(1, of: record), Workshop.token(0, of: record), Workshop.token(99, of: record),
      FencingToken(incarnation: 1, claim: 1),
    ]
    let trigger = record.definition.trigger
    var events: [RecordEvent] = [
      Workshop.due(0), Workshop.due(1), Workshop.due(100, owner: 2), Workshop.due(-1), .ownerLost(Epoch(1)),
      .ownerLost(Epoch(9)), .ownerLost(Epoch(1), tookLeave: true), .retryDead(nil), .retryDead(Workshop.at(0.51)),
      .purgeDead(nil), .due(starts: 1, owner: Epoch(1), batch: 1, admitsSuspects: false),
      .cancelRequested(nil), .paused(note: "because"), .resumed(.fromNow), .resumed(.catchUp),
      .modified(Workshop.definition(trigger, JobPolicies(timeout: .seconds(1)))),
      .modified(Workshop.definition(Workshop.every(7))), .modified(Workshop.definition(.at(Workshop.at(3)))),
      .modified(Workshop.definition(Workshop.unreadable)), .triggeredByHand(), .skipNext, .removed,
      .zoneDataChanged(version: "9999z"), .outboxAppended(upTo: 0), .outboxAppended(upTo: .max),
    ]
    for token in tokens {
      let outcomes = [
        RunOutcome.succeeded, Workshop.failure, .failed(Workshop.wrong, .giveUp),
        .failed(Workshop.wrong, .after(.seconds(3))), RunOutcome(.snoozed(.seconds(3))), RunOutcome(.snoozed(.zero)),
        .cancelled, RunOutcome(.crashed(Workshop.wrong)), Workshop.killed,
      ]
      for outcome in outcomes {
        events.append(.finished(token, outcome, startedAt: Workshop.zero, endedAt: Workshop.at(1)))
      }
      events.append(.progressed(token, RunProgress(completed: 1, at: Workshop.at(1))))
      events += [.released(token), .cancelRequested(token), .decodeFailed(token, reason: "not JSON")]
    }
    return events
  }

  private static func record(
    _ status: JobStatus, _ runs: [Run], _ next: Instant?, _ trigger: Trigger, _ policies: JobPolicies
  ) -> JobRecord {
    var state = JobState(revision: 5, status: status, statusSince: Workshop.zero, nextFire: next, runs: runs)
    state.claims = 70
    state.zoneData = "2000a"
    state.counters.started = 70
    if status.isTombstone { state.forgetAt = Workshop.at(30) }
    if status != .removed, !runs.isEmpty || status == .finished {
      state.dead = [DeadRun(fireTime: Workshop.at(0.51), attempt: 2, outcome: .failed, diedAt: Workshop.at(0.75))]
      state.crashesInRow = 2
      state.failuresInRow = 1
    }
    return JobRecord(definition: Workshop.definition(trigger, policies), state: state)
  }

  @Test("no pair breaks a law", arguments: JobStatus.allCases)
  func pairs(status: JobStatus) {
    var problems: [String] = []
    var steps = 0
    for (number, policies) in Self.policies.enumerated() {
      // All triggers with the first policies, then one after the other: what they decide does not meet in one place.
      let triggers = number == 0 ? Self.triggers() : [Self.triggers()[number % 3]]
      for trigger in triggers {
        for next in Self.fires(status) {
          for runs in Self.runs(status) {
            // An active job with nothing to come is no record that is ever written.
            if status == .active, next == nil, runs.isEmpty { continue }
            let record = Self.record(status, runs, next, trigger, policies)
            for now in [Workshop.at(5), Workshop.at(31)] {
              for event in Self.events(record) {
                var follower = Follower(record)
                follower.now = now
                follower.apply(event)
                problems += follower.problems.prefix(1)
                steps += 1
                if problems.count > 3 { break }
              }
            }
          }
        }
      }
    }
    #expect(problems.isEmpty, "\(problems.prefix(3).joined(separator: "\n"))")
    #expect(steps > 100)
  }

  @Test("a refusal or an answer depends on nothing but the arguments", arguments: JobStatus.allCases)
  func purity(status: JobStatus) throws {
    for runs in Self.runs(status) {
      let record = Self.record(status, runs, Self.fires(status)[0], Workshop.every(10), Self.policies[1])
      for event in Self.events(record) {
        let first = JobMachine.apply(event, to: record, now: Workshop.at(31))
        let second = JobMachine.apply(event, to: record, now: Workshop.at(31))
        switch (first, second) {
        case (.commit(let left, let leftEffects), .commit(let right, let rightEffects)):
          #expect(left.state == right.state && leftEffects == rightEffects)
        case (.refuse(let left), .refuse(let right)):
          #expect(left == right)
        case (.erase, .erase):
          break
        default:
          Issue.record("\(event) was answered in two ways")
        }
      }
    }
  }

  @Test("no number and no time traps, and none makes a scheduler spin")
  func extremes() {
    let times: [Instant] = [
      .distantPast, Instant(microsecondsSinceEpoch: .min + 1), Workshop.at(31),
      Instant(microsecondsSinceEpoch: .max - 1), .distantFuture,
    ]
    let durations: [Duration?] = [nil, .microseconds(Int64.max), .seconds(Int64.max), .seconds(-5), .zero]
    var generator = SeededNumbers(seed: 11)
    var problems: [String] = []
    for round in 0..<400 {
      let pick = times[round % times.count]
      var policies = JobPolicies(
        misfireGrace: generator.pick(durations),
        catchUp: generator.pick([.latest, .earliest, .none, .all(limit: .min), .all(limit: .max)]),
        overlap: generator.pick([
          .skip, .queue(limit: .min), .queue(limit: .max), .allow(limit: 0), .allow(limit: .max),
        ]),
        retry: RetryPolicy(
          attempts: generator.pick([.min, 0, 1, .max]),
          backoff: generator.pick([
            .fixed(.seconds(Int64.max)), .linear(step: .microseconds(Int64.max), cap: .seconds(Int64.max)),
            .linear(step: .microseconds(1), cap: .seconds(-1)),
            .exponential(from: .seconds(Int64.max), cap: .seconds(Int64.max)),
            .exponential(from: .microseconds(1), cap: .seconds(Int64.max)),
          ])))
      policies.timeout = generator.pick(durations)
      policies.retention = generator.pick(durations) ?? .seconds(1)
      policies.catchUpWindow = generator.pick(durations)
      policies.jitter = generator.pick(durations) ?? .seconds(3)
      policies.deadline = generator.pick(durations)
      policies.historyAge = generator.pick(durations)
      policies.retry.jitter = generator.pick([0, 1, -.infinity, .nan, 0.5])
      for path in [\JobPolicies.crashLimit, \.pauseAfterFailures, \.runLimit] {
        policies[keyPath: path] = generator.pick([nil, .min, 0, 1, .max])
      }
      policies.deadLetters = generator.pick([.min, 0, 1, .max])
      let trigger = generator.pick([
        .at(.distantPast), .at(.distantFuture), .at(pick), Workshop.every(Int64.max / 1_000_000),
        Workshop.every(10), Workshop.every(10).starting(at: Instant.distantPast), Workshop.unreadable,
      ])
      var run = Workshop.claimed(fire: 1, number: .max)
      run.attempt = .max
      run.failures = .max
      let runs = generator.pick([[], [run], (0..<100).map { Workshop.waiting(fire: Double($0)) }])
      var record = Self.record(
        generator.pick(JobStatus.allCases), runs, generator.pick([nil, pick, .distantPast, .distantFuture]), trigger,
        policies)
      record.state.revision = generator.pick([1, .max, .min])
      record.state.claims = generator.pick([0, .max, .min])
      record.state.forgetAt = generator.pick([nil, pick, .distantPast])
      record.state.outboxDueAt = generator.pick([nil, pick])
      record.state.lastHandFire = generator.pick([nil, .distantFuture])
      record.state.lastFire = generator.pick([nil, .distantFuture, pick])
      record.state.nextStart = generator.pick([nil, .distantFuture, pick])
      record.state.firesTaken = generator.pick([.min, 0, .max])
      record.state.crashesInRow = generator.pick([.min, 0, .max])
      record.state.failuresInRow = generator.pick([.min, 0, .max])
      record.state.counters = RunCounters(
        started: .min, succeeded: .max, failed: .max, retried: .max, crashed: .max, cancelled: .max, unknown: .max,
        dropped: .max)
      var token = Workshop.token(.max, of: record)
      for event in Self.events(record) + [.finished(token, Workshop.failure, startedAt: .distantFuture, endedAt: pick)]
      {
        _ = JobMachine.apply(event, to: record, now: pick)
      }
      token = Workshop.token(.min, of: record)
      _ = JobMachine.apply(.released(token), to: record, now: pick)
      let proposed = JobMachine.newRecord(Workshop.definition(trigger, policies), now: pick)
      for policy in ConflictPolicy.allCases {
        _ = JobMachine.resolve(existing: record, proposed: proposed, policy, now: pick)
      }
      // The claims of one step may be beyond counting, but what wakes somebody must be something to do.
      let spins = Laws.problems(ofWaking: record, at: pick).filter { $0.contains("nothing is done") }
      problems += spins.map { "\($0): \(record.state), \(policies), \(pick.microsecondsSinceEpoch)" }
    }
    #expect(problems.isEmpty, "\(problems.prefix(2).joined(separator: "\n"))")
  }
}
