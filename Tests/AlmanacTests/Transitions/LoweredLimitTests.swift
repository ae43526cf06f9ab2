import Almanac
import Testing

@Suite("A limit, and one that is lowered,")
struct LoweredLimitTests {
  @Test("tells of the fires that had come, where the job has run as often as it may now")
  func runs() {
    for status in [JobStatus.active, .paused] {
      var record = Workshop.job(Workshop.every(10))
      record.state.status = status
      record.state.firesTaken = 2
      var job = Follower(record)
      job.apply(.modified(Workshop.definition(Workshop.every(10), JobPolicies(runLimit: 2))), at: 35)
      #expect(job.state.nextFire == nil)
      #expect(job.fates.map(\.reason) == [.limited] && job.fates.map(\.count) == [.exactly(3)], "\(status)")
      #expect(job.state.lastFire == Workshop.at(30) && job.problems.isEmpty, "\(job.problems)")
    }
  }

  @Test("leaves out fires that had not come, and says nothing of them")
  func runsToCome() {
    var record = Workshop.job(Workshop.every(10))
    record.state.firesTaken = 2
    var job = Follower(record)
    job.apply(.modified(Workshop.definition(Workshop.every(10), JobPolicies(runLimit: 2))), at: 5)
    #expect(job.state.nextFire == nil && job.fates.isEmpty && job.state.status == .finished)
  }

  @Test("blames nobody where a scheduler takes its leave, which is no crash")
  func crashes() {
    var record = Workshop.job(Workshop.every(10), JobPolicies(crashLimit: 2))
    record.state.crashesInRow = 2
    record.state.claims = 1
    record.state.runs = [Workshop.claimed(fire: 1, number: 1)]
    var job = Follower(record)
    job.apply(.ownerLost(Epoch(1), tookLeave: true), at: 5)
    #expect(job.state.status == .active && job.ends.map(\.outcome) == [.crashed] && job.problems.isEmpty)
    job = Follower(record)
    job.apply(.ownerLost(Epoch(1)), at: 5)
    #expect(job.state.status == .quarantined)
  }

  @Test("is not named as the reason where there was no room before it was reached")
  func room() {
    var record = Workshop.job(
      Workshop.every(10), JobPolicies(catchUp: .all(limit: 4), overlap: .queue(limit: 1), runLimit: 3))
    record.state.firesTaken = 1
    record.state.claims = 1
    record.state.runs = [Workshop.claimed(fire: 1, number: 1)]
    var job = Follower(record)
    job.apply(Workshop.due(0), at: 35)
    #expect(job.fates.map(\.reason) == [.overlapped] && job.fates.map(\.count) == [.exactly(2)], "\(job.fates)")
    #expect(job.state.firesTaken == 2 && job.state.nextFire == Workshop.at(40) && job.problems.isEmpty)
  }
}
