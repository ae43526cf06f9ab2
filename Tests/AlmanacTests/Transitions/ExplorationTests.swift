import Almanac
import Testing

@Suite("The states that a new job can reach break no law", .aside)
struct ExplorationTests {
  /// What two states have to share to have the same future.
  private struct Place: Hashable {
    var state: JobState
    var now: Instant
    var policies: JobPolicies

    init(_ record: JobRecord, _ now: Instant) {
      self.state = record.state
      self.state.revision = 0
      self.state.statusSince = .distantPast
      self.state.outbox = []
      self.state.outboxDueAt = record.state.outbox.isEmpty ? nil : .distantPast
      self.state.counters = RunCounters()
      self.now = now
      self.policies = record.definition.policies
    }
  }

  private static let chosen: [JobPolicies] = {
    // Every seventeenth: 17 shares no factor with the numbers of words, so each word of a policy meets each of another.
    let all = WalkTests.combinations
    return (0..<12).map { all[$0 * 17 % all.count] }
  }()

  @Test("breadth first, from a new job", arguments: 0..<12)
  func breadthFirst(number: Int) {
    let trigger = WalkTests.triggers[number % 2]
    let start = Follower(Workshop.job(trigger, Self.chosen[number]))
    var frontier = [start]
    var seen: Set<Place> = [Place(start.record, start.now)]
    var problems: [String] = []
    var steps = 0
    while let follower = frontier.first, steps < 6_000, problems.isEmpty {
      frontier.removeFirst()
      for (event, seconds) in Self.moves(follower) {
        var next = follower
        next.now = follower.now + .seconds(seconds)
        next.apply(event)
        steps += 1
        problems += next.problems.prefix(1)
        if next.refusal == nil, !next.isErased, seen.insert(Place(next.record, next.now)).inserted {
          frontier.append(next)
        }
      }
    }
    #expect(problems.isEmpty, "\(problems.prefix(1).joined())")
    #expect(seen.count > 200, "only \(seen.count) states were reached")
  }

  private static func moves(_ follower: Follower) -> [(RecordEvent, Int)] {
    let record = follower.record
    var moves: [(RecordEvent, Int)] = [
      (Workshop.due(0), 10), (Workshop.due(1), 10), (Workshop.due(2), 60), (.ownerLost(Epoch(1)), 1),
      (.cancelRequested(nil), 1), (.paused(note: nil), 1), (.resumed(.fromNow), 1), (.resumed(.catchUp), 15),
      (.triggeredByHand(), 0), (.retryDead(nil), 0), (.purgeDead(nil), 0),
      (.skipNext, 0), (.removed, 1),
      (.modified(Workshop.definition(Workshop.every(7), record.definition.policies)), 1),
      (.outboxAppended(upTo: record.revision), 0),
    ]
    for claim in record.state.runs.compactMap(\.claim).prefix(2) {
      let token = Workshop.token(claim.number, of: record)
      moves += [
        (Workshop.finished(claim.number, of: record, .succeeded), 1),
        (Workshop.finished(claim.number, of: record, Workshop.failure), 1),
        (Workshop.finished(claim.number, of: record, .cancelled), 1),
        (Workshop.finished(claim.number, of: record, RunOutcome(.snoozed(.seconds(3)))), 1),
        (Workshop.finished(claim.number, of: record, RunOutcome(.crashed(Workshop.wrong))), 1), (.released(token), 0),
        (.cancelRequested(token), 0), (.decodeFailed(token, reason: "not JSON"), 0),
      ]
    }
    return moves
  }
}
