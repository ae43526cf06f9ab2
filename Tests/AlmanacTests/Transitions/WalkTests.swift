import Almanac
import Testing

@Suite("Long lives of a job break no law")
struct WalkTests {
  static let triggers: [Trigger] = [
    Workshop.every(10), .at(Workshop.at(40)), Workshop.every(3).ending(at: Workshop.at(300)),
  ]

  /// Every combination of the policies' words.
  static let combinations: [JobPolicies] = {
    var all: [JobPolicies] = []
    var count = 0
    for catchUp in [CatchUp.latest, .earliest, .all(limit: 5), .none] {
      for overlap in [Overlap.skip, .queue(limit: 2), .allow(limit: 3), .cancelRunning] {
        for retry in [RetryPolicy.never, RetryPolicy(attempts: 3, backoff: .fixed(.seconds(4)))] {
          for onCrash in [CrashPolicy.runAgain, .abandon] {
            for grace in [nil, Duration.seconds(15)] {
              for timeout in [nil, Duration.seconds(8)] {
                // The others by numbers that share no factor with those of the loops: each word meets each.
                count += 1
                var retry = retry
                retry.jitter = count % 3 == 0 ? 0.5 : 0
                if count % 7 == 0 { retry.giveUpOn = ["Wrong"] }
                all.append(
                  JobPolicies(
                    misfireGrace: grace, catchUp: catchUp, catchUpWindow: count % 5 == 0 ? .seconds(30) : nil,
                    jitter: count % 5 < 2 ? .seconds(6) : .zero, deadline: count % 7 == 1 ? .seconds(22) : nil,
                    overlap: overlap, retry: retry, timeout: timeout, onCrash: onCrash,
                    crashLimit: count % 3 == 1 ? 2 : nil, pauseAfterFailures: count % 5 == 3 ? 2 : nil,
                    runLimit: count % 7 == 2 ? 4 : nil, deadLetters: count % 3, retention: .seconds(50)))
              }
            }
          }
        }
      }
    }
    return all
  }()

  @Test("walked by chance, under every combination of policies")
  func walks() {
    var problems: [String] = []
    var steps = 0
    var erased = 0
    for (number, policies) in Self.combinations.enumerated() {
      for (kind, trigger) in Self.triggers.enumerated() {
        let seed = UInt64(number * 10 + kind)
        var walker = Walker(trigger, policies, seed: seed)
        for _ in 0..<120 {
          walker.step()
          steps += 1
          if walker.follower.isErased || !walker.follower.problems.isEmpty { break }
        }
        erased += walker.follower.isErased ? 1 : 0
        problems += walker.follower.problems.prefix(1).map { "seed \(seed): \($0)" }
      }
    }
    #expect(problems.isEmpty, "\(problems.prefix(3).joined(separator: "\n"))")
    #expect(steps > 20_000 && erased > 20, "\(steps) steps, \(erased) lives walked to their end")
  }
}

/// Several schedulers, users and lost owners at one job, in a time that only turns when it is told to.
struct Walker {
  var follower: Follower
  private var numbers: SeededNumbers
  /// What code still runs, also where the claim was taken back meanwhile.
  private var running: [FencingToken] = []
  private let trigger: Trigger

  init(_ trigger: Trigger, _ policies: JobPolicies, seed: UInt64) {
    self.follower = Follower(Workshop.job(trigger, policies))
    self.numbers = SeededNumbers(seed: seed)
    self.trigger = trigger
  }

  mutating func step() {
    let event = self.event()
    self.follower.apply(event)
    self.running += self.follower.starts.map(\.token)
    if case .finished(let token, _, _, _, _) = event { self.check(token) }
  }

  /// A result counts if its claim is in force, once.
  private mutating func check(_ token: FencingToken) {
    guard self.follower.refusal == nil else { return }
    self.running.removeAll { $0 == token }
    let again = JobMachine.apply(
      .finished(token, .succeeded, startedAt: self.follower.now, endedAt: self.follower.now), to: self.follower.record,
      now: self.follower.now)
    if case .refuse(.alreadyApplied) = again { return }
    Issue.record("the second report of \(token) was answered \(again)")
  }

  private mutating func event() -> RecordEvent {
    let record = self.follower.record
    switch self.numbers.below(100) {
    case ..<30:
      // Time goes on: to when something is to be done, a little, or over an outage.
      let now = self.follower.now
      let next = record.wakeAt ?? now
      let steps = [next, next, next, now + .seconds(1), now + .seconds(7), now + .seconds(200)]
      self.follower.now = max(now, self.numbers.pick(steps))
      return .due(
        starts: self.numbers.pick([0, 1, 1, 2]), owner: Epoch(self.numbers.pick([1, 2])), batch: 1,
        admitsSuspects: self.numbers.below(3) > 0)
    case ..<45:
      return Workshop.due(self.numbers.pick([0, 1, 3]), owner: self.numbers.pick([1, 2]))
    case ..<72:
      guard !self.running.isEmpty else { return Workshop.due(1) }
      let token = self.numbers.pick(self.running)
      let outcome = self.numbers.pick([
        .succeeded, .succeeded, .succeeded, Workshop.failure, Workshop.failure, .cancelled,
        .failed(Workshop.wrong, .giveUp), .failed(Workshop.wrong, .after(.seconds(2))),
        RunOutcome(.snoozed(.seconds(5))), RunOutcome(.crashed(Workshop.wrong)), Workshop.killed,
      ])
      return .finished(token, outcome, startedAt: self.follower.now, endedAt: self.follower.now)
    case ..<76: return self.running.isEmpty ? Workshop.due(2) : .released(self.numbers.pick(self.running))
    case ..<81: return .ownerLost(Epoch(self.numbers.pick([1, 2])), tookLeave: self.numbers.below(4) == 0)
    case ..<83: return .cancelRequested(self.running.isEmpty ? nil : self.numbers.pick(self.running))
    case ..<84: return .cancelRequested(nil)
    case ..<86: return .paused(note: nil)
    case ..<90: return .resumed(self.numbers.pick([.fromNow, .catchUp]))
    case ..<92: return .triggeredByHand(payload: self.numbers.below(2) == 0 ? nil : [1, 2])
    case ..<93: return self.numbers.below(3) == 0 ? .purgeDead(nil) : .retryDead(record.state.dead.last?.fireTime)
    case ..<95: return .skipNext
    case ..<96: return .modified(Workshop.definition(self.numbers.pick(WalkTests.triggers), record.definition.policies))
    case ..<97: return .modified(Workshop.definition(self.trigger, self.numbers.pick(WalkTests.combinations)))
    case ..<98:
      return self.running.isEmpty ? Workshop.due(1) : .decodeFailed(self.numbers.pick(self.running), reason: "not JSON")
    case ..<99: return .outboxAppended(upTo: record.revision - Int64(self.numbers.below(3)))
    default:
      return self.numbers.below(8) == 0 ? .removed : .outboxAppended(upTo: record.revision)
    }
  }
}
