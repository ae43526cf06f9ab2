import Almanac
import Testing

@Suite("Every fire is answered once")
struct FireTests {
  @Test("earliest with a queue counts each of the others once")
  func earliestQueued() {
    var job = Follower(Workshop.job(Workshop.every(10), JobPolicies(catchUp: .earliest, overlap: .queue(limit: 5))))
    job.apply(Workshop.due(1), at: 10)
    job.apply(Workshop.due(0), at: 50)
    #expect(job.fates.map(\.reason) == [.coalesced])
    #expect(job.fates.map(\.count) == [.exactly(3)])
    #expect(job.state.runs.map(\.fireTime) == [Workshop.at(10), Workshop.at(20)])
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("of fires that were all to run, the queue takes the first and the rest are reported")
  func allQueued() {
    var job = Follower(
      Workshop.job(Workshop.every(10), JobPolicies(catchUp: .all(limit: 4), overlap: .queue(limit: 2))))
    job.apply(Workshop.due(1), at: 10)
    job.apply(Workshop.due(0), at: 100)
    #expect(job.state.runs.map(\.fireTime) == [Workshop.at(10), Workshop.at(70), Workshop.at(80)])
    #expect(job.fates.map(\.reason) == [.coalesced, .overlapped])
    #expect(job.fates.map(\.count.lowerBound) == [5, 2])
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a first fire that is not on the trigger is counted, and runs where all are to run")
  func offTheTrigger() {
    var record = Workshop.job(Workshop.every(10))
    record.state.nextFire = Workshop.at(7)
    var job = Follower(record)
    job.apply(Workshop.due(1), at: 30)
    #expect(job.fates.map(\.count) == [.exactly(3)], "7, 10 and 20 are coalesced into 30")

    record = Workshop.job(Workshop.every(10), JobPolicies(catchUp: .all(limit: 10)))
    record.state.nextFire = Workshop.at(7)
    job = Follower(record)
    job.apply(Workshop.due(1), at: 30)
    #expect(job.state.runs.map(\.fireTime) == [7, 10, 20, 30].map { Workshop.at($0) })
    #expect(job.fates.isEmpty && job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a fire whose start was put off less when it was written down takes no other with it when it is too late")
  func startWrittenByOthers() throws {
    var record = Workshop.job(Workshop.every(10), JobPolicies(misfireGrace: .seconds(15), jitter: .seconds(8)))
    let start = try #require(record.nextStart)
    try #require(start > Workshop.at(15), "the second fire has to come before the first is too late")
    record.state.nextStart = nil
    var job = Follower(record)
    job.now = start + .seconds(15)
    job.apply(Workshop.due(1))
    #expect(job.fates == [Fate(reason: .misfired, first: Workshop.at(10), last: Workshop.at(10), count: .exactly(1))])
    #expect(job.starts.map(\.fireTime) == [Workshop.at(20)])
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("when a run has waited too long follows from the record alone, however its trigger fires for whoever reads it")
  func givenUp() {
    let policies = JobPolicies(misfireGrace: .seconds(15), jitter: .seconds(8))
    let run = Run(fireTime: Workshop.at(10), phase: .waiting(until: Workshop.at(10)))
    // The closer its next fire, the less a start may be put off.
    let ends = [10, 2, 1].map { Workshop.job(Workshop.every($0), policies).isGivenUpAt(run) }
    #expect(Set(ends) == [Workshop.at(33) + .microseconds(1)])
  }

  @Test("removing a job reports the fires that it still owed")
  func removedWhileOwing() {
    var job = Follower(Workshop.job(Workshop.every(10)))
    job.apply(.paused(note: nil), at: 5)
    job.apply(.removed, at: 35)
    #expect(job.fates == [Fate(reason: .removed, first: Workshop.at(10), last: Workshop.at(30), count: .exactly(3))])
    #expect(job.state.counters.dropped == 3)
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a fire that waited for its turn beyond its grace does not start, and whoever waits is told at that moment")
  func lateInTheQueue() {
    let policies = JobPolicies(misfireGrace: .seconds(20), overlap: .queue(limit: 5))
    var job = Follower(Workshop.job(Workshop.every(10), policies))
    job.apply(Workshop.due(1), at: 10)
    job.apply(Workshop.due(0), at: 20)
    #expect(job.record.startAt == nil && job.record.tendAt == Workshop.at(30), "the next fire comes first")
    job.apply(Workshop.due(0), at: 30)
    job.apply(Workshop.due(0), at: 40)
    #expect(job.record.tendAt == Workshop.at(40) + .microseconds(1))
    job.now = Workshop.at(40) + .microseconds(1)
    job.apply(Workshop.due(0))
    #expect(job.fates == [Fate(reason: .misfired, first: Workshop.at(20), last: Workshop.at(20), count: .exactly(1))])
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("many fires missed cost no more than few, and are counted to the last where the trigger can count")
  func manyMissed() {
    var job = Follower(Workshop.job(Workshop.every(1), JobPolicies(catchUp: .all(limit: 64))))
    job.now = Workshop.at(9 + 400_000)
    guard case .commit(let after, let effects) = JobMachine.apply(Workshop.due(1), to: job.record, now: job.now) else {
      Issue.record("nothing was done")
      return
    }
    #expect(after.state.runs.count == 64 && effects.contains { if case .start = $0 { true } else { false } })
    #expect(after.state.counters.dropped == 400_000 - 64)
  }

  // MARK: One claim for each

  @Test("a run by hand has a fire time of its own, whatever else fires at that moment")
  func byHandAtAFire() {
    var job = Follower(Workshop.job(Workshop.every(10), JobPolicies(overlap: .allow(limit: 9))))
    job.apply(.triggeredByHand(), at: 10)
    job.apply(Workshop.due(9), at: 10)
    job.apply(.triggeredByHand(), at: 10)
    job.apply(.triggeredByHand(), at: 20)
    job.apply(Workshop.due(9), at: 20)
    #expect(Set(job.state.runs.map(\.fireTime)).count == 5)
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("two runs by hand at one microsecond have two fire times, also where the first is over")
  func byHandTwice() {
    var job = Follower(Workshop.job(Workshop.every(10)))
    var fires: [Instant] = []
    for claim in 1...3 {
      job.apply(.triggeredByHand(), at: 5)
      job.apply(Workshop.due(1), at: 5)
      fires += job.starts.map(\.fireTime)
      job.apply(Workshop.finished(Int64(claim), of: job.record, .succeeded), at: 5)
    }
    #expect(fires == (0..<3).map { Workshop.at(5) + .microseconds($0) })
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("where the trigger fires at every microsecond a run by hand is still found a time")
  func byHandEverywhere() throws {
    let trigger = Trigger(json: ["kind": "interval", "microseconds": 1])
    var job = Follower(Workshop.job(trigger))
    job.now = Workshop.zero
    job.apply(.triggeredByHand())
    #expect(job.refusal == nil && job.state.runs.count == 1)
  }

  @Test("a job that is given a time it has answered before does not run for it twice")
  func rescheduledIntoThePast() {
    var job = Follower(Workshop.job(Workshop.every(10)))
    job.apply(Workshop.due(1), at: 10)
    job.apply(.modified(Workshop.definition(.at(Workshop.at(10)))), at: 11)
    #expect(job.state.nextFire == nil)
    job.apply(Workshop.finished(1, of: job.record, .succeeded), at: 12)
    #expect(job.state.status == .finished)
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a time that has passed is owed where nothing as late as it was answered")
  func rescheduledToAMissedTime() {
    var job = Follower(Workshop.job(.at(Workshop.at(100))))
    job.apply(.modified(Workshop.definition(.at(Workshop.at(3)))), at: 11)
    job.apply(Workshop.due(1), at: 11)
    #expect(job.starts.map(\.fireTime) == [Workshop.at(3)])
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a scheduler whose clock is behind does not make the last fire come again by changing the trigger")
  func clockBehind() {
    var job = Follower(Workshop.job(Workshop.every(10)))
    job.apply(Workshop.due(1), at: 10)
    job.apply(.modified(Workshop.definition(Workshop.every(5, from: 5))), at: 8)
    #expect(job.state.nextFire == Workshop.at(15))
  }

  @Test("skipping a fire far ahead does not silence a trigger that fires before it")
  func skippedFarAhead() {
    var job = Follower(Workshop.job(Workshop.every(1_000, from: 1_000)))
    job.apply(.skipNext, at: 1)
    job.apply(.modified(Workshop.definition(Workshop.every(10))), at: 2)
    #expect(job.state.nextFire == Workshop.at(10))
  }

  @Test("runs stay in the order of their fires, whichever came to be known first")
  func order() {
    var job = Follower(Workshop.job(Workshop.every(10), JobPolicies(catchUp: .all(limit: 9))))
    job.apply(.triggeredByHand(), at: 25)
    job.apply(Workshop.due(1), at: 35)
    #expect(job.state.runs.map(\.fireTime) == [10, 20, 25, 30].map { Workshop.at($0) })
    #expect(job.problems.isEmpty, "\(job.problems)")
  }
}
