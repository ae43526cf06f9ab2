import Almanac
import Testing

@Suite("Who holds a run, and whose word counts")
struct OwnershipTests {
  private func going(_ count: Int, _ policies: JobPolicies = JobPolicies(overlap: .allow(limit: 64))) -> Follower {
    var record = Workshop.job(Workshop.every(1_000), policies)
    record.state.runs = (1...count).map { Workshop.claimed(fire: Double($0) / 100, number: Int64($0)) }
    record.state.claims = Int64(count)
    return Follower(record, at: 50)
  }

  @Test("results are refused as stale however many claims were taken back at once")
  func manyRevoked() {
    var job = self.going(64)
    job.apply(.ownerLost(Epoch(1)))
    #expect(job.state.revokedClaims == (49...64).map(Int64.init))
    for claim in 1...64 {
      job.apply(Workshop.finished(Int64(claim), of: job.record, .succeeded))
      #expect(job.refusal == .stale(Workshop.token(Int64(claim), of: job.record)))
    }
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a job that is said anew to lift its quarantine begins without strikes")
  func replacedAfterCrashes() {
    var job = self.going(1, JobPolicies(crashLimit: 1))
    job.apply(.ownerLost(Epoch(1)))
    #expect(job.state.status == .quarantined && job.state.crashesInRow == 1)
    let proposed = JobMachine.newRecord(
      Workshop.definition(Workshop.every(1_000), JobPolicies(crashLimit: 1), payload: [1]), now: job.now)
    job.take(JobMachine.resolve(existing: job.record, proposed: proposed, .replace, now: job.now))
    #expect(job.state.status == .active && job.state.crashesInRow == 0)
  }

  @Test("a run whose process died is a strike, one that was told to stop and died is none, and neither is forgotten")
  func diedAlone() {
    let death = RunOutcome(.crashed(Failure(type: "WorkerDied", message: "signal 9")))
    var job = self.going(3)
    job.apply(Workshop.finished(1, of: job.record, death))
    job.apply(.cancelRequested(Workshop.token(2, of: job.record)))
    job.apply(Workshop.finished(2, of: job.record, death))
    #expect(job.state.crashesInRow == 1)
    #expect(job.ends.map(\.outcome) == [.crashed, .cancelled])
    #expect(job.ends.compactMap(\.failure?.message) == ["signal 9", "signal 9"])
    job.apply(Workshop.finished(3, of: job.record, .succeeded))
    #expect(job.state.crashesInRow == 0)
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a report that is repeated is known again, one of a claim that never was is stale")
  func repeated() {
    var job = self.going(2)
    job.apply(Workshop.finished(1, of: job.record, .succeeded))
    job.apply(Workshop.finished(1, of: job.record, .succeeded))
    #expect(job.refusal == .alreadyApplied(Workshop.token(1, of: job.record)))
    for claim in [Int64.min, -1, 0, 3, .max] {
      job.apply(Workshop.finished(claim, of: job.record, .succeeded))
      #expect(job.refusal == .stale(Workshop.token(claim, of: job.record)))
    }
    job.apply(.finished(FencingToken(incarnation: 8, claim: 1), .succeeded, startedAt: job.now, endedAt: job.now))
    #expect(job.refusal == .stale(FencingToken(incarnation: 8, claim: 1)))
  }

  @Test("a cancelled run that is given back before it began does not run again, and says so")
  func cancelledAndGivenBack() {
    var job = self.going(2)
    job.apply(.cancelRequested(Workshop.token(1, of: job.record)))
    job.apply(.released(Workshop.token(1, of: job.record)))
    job.apply(.released(Workshop.token(2, of: job.record)))
    #expect(job.state.runs.count == 1)
    #expect(job.state.runs.allSatisfy { $0.claim == nil })
    #expect(job.state.counters.dropped == 1)
    #expect(job.problems.isEmpty, "\(job.problems)")
  }

  @Test("a new incarnation refuses the old one's runs, and their end is in the history")
  func reborn() throws {
    var job = self.going(1)
    job.apply(.removed)
    let proposed = JobMachine.newRecord(Workshop.definition(.at(Workshop.at(60)), incarnation: 8), now: job.now)
    let old = Workshop.token(1, of: job.record)
    job.take(JobMachine.resolve(existing: job.record, proposed: proposed, .replace, now: job.now))
    #expect(job.record.definition.incarnation == 8 && job.state.runs.isEmpty)
    #expect(job.cancels == [old])
    let row = try #require(job.state.outbox.last)
    #expect(row.incarnation == 7 && row.revision == job.record.revision && job.ends.last?.outcome == .unknown)
    #expect(job.state.outboxDueAt != nil)
    job.apply(.finished(old, .succeeded, startedAt: job.now, endedAt: job.now))
    #expect(job.refusal == .stale(old))
  }

  @Test("an incarnation is not used twice, even where a client offers it")
  func sameIncarnation() {
    var job = self.going(1)
    job.apply(.removed)
    let proposed = JobMachine.newRecord(Workshop.definition(.at(Workshop.at(60))), now: job.now)
    job.take(JobMachine.resolve(existing: job.record, proposed: proposed, .fail, now: job.now))
    #expect(job.record.definition.incarnation != 7)
  }

  @Test("rows that have not reached the history travel from a tombstone to the job that takes its place")
  func rowsTravel() {
    var job = self.going(1)
    job.apply(Workshop.finished(1, of: job.record, .succeeded))
    job.apply(.removed)
    let rows = job.state.outbox
    let proposed = JobMachine.newRecord(Workshop.definition(.at(Workshop.at(60)), incarnation: 8), now: job.now)
    job.take(JobMachine.resolve(existing: job.record, proposed: proposed, .fail, now: job.now))
    #expect(job.state.outbox == rows && job.state.outboxDueAt != nil)
  }

  // MARK: Several events in one write

  @Test("several events are one change, with each answered by itself")
  func folded() {
    let job = self.going(3)
    let now = job.now
    let events: [RecordEvent] = [
      Workshop.finished(1, of: job.record, .succeeded), Workshop.finished(9, of: job.record, .succeeded),
      Workshop.finished(2, of: job.record, Workshop.failure), Workshop.finished(1, of: job.record, .succeeded),
      .released(Workshop.token(3, of: job.record)),
    ]
    let (verdict, refusals) = JobMachine.apply(events, to: job.record, now: now)
    #expect(
      refusals == [
        nil, .stale(Workshop.token(9, of: job.record)), nil, .alreadyApplied(Workshop.token(1, of: job.record)), nil,
      ])
    guard case .commit(let after, let effects) = verdict else {
      Issue.record("nothing was committed")
      return
    }
    #expect(after.state.counters.succeeded == 1 && after.state.counters.failed == 1 && after.state.runs.count == 1)
    let keys = after.state.outbox.map { [$0.revision, Int64($0.ordinal)] }
    #expect(keys.count == 2 && Set(keys).count == 2 && after.state.outbox.allSatisfy { $0.revision <= after.revision })
    #expect(effects.count == 3)
  }

  @Test("where all events are refused, nothing is written; where there is none, the same")
  func foldedRefusals() {
    let job = self.going(1)
    let (verdict, refusals) = JobMachine.apply(
      [.resumed(.fromNow), Workshop.finished(9, of: job.record, .succeeded)], to: job.record, now: job.now)
    #expect(refusals == [.already(.active), .stale(Workshop.token(9, of: job.record))])
    guard case .refuse(.stale) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    guard case (.refuse(.nothingDue), let none) = JobMachine.apply([], to: job.record, now: job.now) else {
      Issue.record("an empty change was committed")
      return
    }
    #expect(none.isEmpty)
  }

  @Test("a refusal after a change does not undo the change")
  func foldedTail() {
    let job = self.going(1)
    let (verdict, refusals) = JobMachine.apply(
      [Workshop.finished(1, of: job.record, .succeeded), Workshop.finished(1, of: job.record, .succeeded)],
      to: job.record, now: job.now)
    #expect(refusals.count == 2 && refusals[0] == nil && refusals[1] != nil)
    guard case .commit(let after, _) = verdict else {
      Issue.record("the first report was lost")
      return
    }
    #expect(after.state.counters.succeeded == 1)
  }

  @Test("an event that erases the record answers those after it")
  func foldedErasure() {
    var record = Workshop.job(.at(Workshop.zero))
    record.state = JobState(
      status: .removed, statusSince: Workshop.zero, nextFire: nil, forgetAt: Workshop.at(1))
    let (verdict, refusals) = JobMachine.apply(
      [.resumed(.fromNow), Workshop.due(0), .removed, .skipNext], to: record, now: Workshop.at(2))
    #expect(refusals == [.isTombstone(.removed), nil, .noSuchRun, .noSuchRun])
    guard case .erase = verdict else {
      Issue.record("\(verdict)")
      return
    }
  }
}
