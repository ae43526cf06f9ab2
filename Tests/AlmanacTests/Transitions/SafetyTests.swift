import Almanac
import Testing

@Suite("What others wrote does no harm")
struct SafetyTests {
  @Test("a job whose trigger cannot be read here is never finished and never loses its next fire")
  func unreadable() {
    let events: [RecordEvent] = [
      .resumed(.fromNow), .resumed(.catchUp), .skipNext, .zoneDataChanged(version: "9999z"), .paused(note: nil),
      Workshop.due(1), Workshop.due(0), .triggeredByHand(), .cancelRequested(nil),
      .modified(Workshop.definition(Workshop.unreadable, JobPolicies(timeout: .seconds(1)))),
    ]
    for status in [JobStatus.active, .paused, .quarantined] {
      for fire in [5.0, 500] {
        for event in events {
          var record = Workshop.job(Workshop.unreadable)
          record.state.status = status
          record.state.nextFire = Workshop.at(fire)
          record.state.zoneData = "2000a"
          var job = Follower(record)
          job.apply(event, at: 50)
          #expect(job.state.nextFire == Workshop.at(fire), "\(status), \(event)")
          #expect(!job.state.status.isTombstone && job.problems.isEmpty, "\(status), \(event), \(job.problems)")
        }
      }
    }
  }

  @Test("a job that is added or changed with a trigger that cannot be read is set aside")
  func addedUnreadable() {
    let new = Workshop.job(Workshop.unreadable)
    #expect(new.state.status == .quarantined && new.state.note?.contains("unknown kind") == true)
    var job = Follower(Workshop.job(Workshop.every(10)))
    job.apply(.modified(Workshop.definition(Workshop.unreadable)), at: 1)
    #expect(job.state.status == .quarantined)
    job.apply(.modified(Workshop.definition(Workshop.every(10))), at: 2)
    job.apply(.resumed(.fromNow), at: 3)
    #expect(job.state.status == .active && job.state.nextFire == Workshop.at(10) && job.problems.isEmpty)
  }

  @Test("a grace below zero is none, and wakes nobody before the fire")
  func negativeGrace() {
    let record = Workshop.job(Workshop.every(10), JobPolicies(misfireGrace: .seconds(-5)))
    #expect(record.tendAt == Workshop.at(10) + .microseconds(1))
    var job = Follower(record)
    job.apply(Workshop.due(1), at: 10)
    #expect(job.starts.count == 1 && job.problems.isEmpty)
  }

  @Test("a limit of no runs at a time lets one run")
  func noPlaces() {
    var job = Follower(Workshop.job(Workshop.every(10), JobPolicies(overlap: .allow(limit: 0))))
    job.apply(Workshop.due(1), at: 10)
    #expect(job.starts.count == 1)
    job.apply(Workshop.finished(1, of: job.record, .cancelled), at: 11)
    job.apply(Workshop.due(1), at: 11)
    #expect(job.starts.count == 1 && job.problems.isEmpty)
  }

  @Test("the end of time is never: nobody waits for it, and nobody spins at it")
  func endOfTime() {
    let record = Workshop.job(.at(.distantFuture), JobPolicies(misfireGrace: .seconds(1)))
    #expect(record.wakeAt == nil)
    var removed = Follower(Workshop.job(Workshop.every(10), JobPolicies(retention: .microseconds(Int64.max))))
    removed.apply(.removed, at: 1)
    #expect(removed.record.wakeAt == nil)
  }

  @Test("a tombstone lets go of runs that some other version left waiting in it")
  func waitingInATombstone() {
    var record = Workshop.job(.at(Workshop.at(5)))
    record.state = JobState(
      status: .removed, statusSince: Workshop.zero, nextFire: nil, runs: [Workshop.waiting(fire: 5)],
      forgetAt: Workshop.at(10))
    var job = Follower(record)
    job.apply(Workshop.due(0), at: 10)
    #expect(job.state.runs.isEmpty && job.fates.map(\.reason) == [.removed])
  }

  @Test("a time to be forgotten in a job that lives wakes nobody")
  func forgottenAlive() {
    var record = Workshop.job(Workshop.every(10))
    record.state.forgetAt = Workshop.at(1)
    #expect(record.wakeAt == Workshop.at(10))
  }

  @Test("a backoff never passes its cap and never traps", arguments: [Int.min, 0, 1, 2, 3, 63, 64, 65, Int.max])
  func backoff(failures: Int) {
    let durations: [Duration] = [
      .seconds(Int64.min), .zero, .nanoseconds(1), .microseconds(1), .seconds(1), .seconds(3_600), .seconds(Int64.max),
      .seconds(Int64.max) * 15,
    ]
    for first in durations {
      #expect(Backoff.fixed(first).delay(afterFailures: failures) == max(first, .zero))
      for cap in durations {
        for backoff in [Backoff.linear(step: first, cap: cap), .exponential(from: first, cap: cap)] {
          let delay = backoff.delay(afterFailures: failures)
          #expect(delay >= .zero && delay <= max(cap, .zero))
          #expect(backoff.delay(afterFailures: 2) >= backoff.delay(afterFailures: 1))
        }
      }
    }
  }

  @Test("what a newer version said of a job survives an older one saying it anew")
  func newerMembers() throws {
    var policies = JobPolicies.default
    policies.unknown = UnknownFields(["strikes": 3])
    let extras = JobExtras(unknown: UnknownFields(["colour": "red"]))
    let plain = Workshop.definition(Workshop.every(10), policies)
    let newer = JobDefinition(
      id: plain.id, incarnation: 7, createdAt: plain.createdAt, payload: [], trigger: plain.trigger,
      profile: plain.profile, extras: extras)
    let existing = JobMachine.newRecord(newer, now: Workshop.zero)
    let same = JobMachine.newRecord(Workshop.definition(Workshop.every(10), incarnation: 8), now: Workshop.zero)
    guard
      case .refuse(.unchanged) = JobMachine.resolve(existing: existing, proposed: same, .replace, now: Workshop.zero)
    else {
      Issue.record("an older version took what it cannot say for a difference")
      return
    }
    let other = JobMachine.newRecord(
      Workshop.definition(Workshop.every(10), JobPolicies(timeout: .seconds(1)), incarnation: 8), now: Workshop.zero)
    guard
      case .commit(let after, _) = JobMachine.resolve(existing: existing, proposed: other, .replace, now: Workshop.zero)
    else {
      Issue.record("not replaced")
      return
    }
    #expect(after.definition.policies.unknown == policies.unknown && after.definition.policies.timeout == .seconds(1))
    #expect(after.definition.extras?.unknown == extras.unknown)
  }
}
