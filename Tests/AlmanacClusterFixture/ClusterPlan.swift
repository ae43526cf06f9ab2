import Almanac
import Foundation

/// Jobs that fire so often in so many seconds: two thirds of the fires once, the rest again and again.
struct ClusterPlan {
  var fires: Int
  var seconds: Int
  var seed: UInt64

  /// How far apart the fires of a job lie that fires again and again.
  private static let period: Duration = .seconds(2)
  /// From the first job's being added to the first fire.
  private static let headStart: Duration = .seconds(5)

  private struct Planned {
    var job: NewJob<ClusterWork>
    var fires: [Instant]
  }

  /// Adds the jobs, and prints a line for each fire to come: its job, what that does, and when.
  func fill(_ store: any JobStore) async throws {
    let scheduler = Scheduler(store: store)
    let planned = try self.jobs(from: SystemClock().now() + ClusterPlan.headStart)
    var lines = ""
    for job in planned {
      for fire in job.fires {
        lines += "\(job.job.id?.rawValue ?? "") \(job.job.payload.kind.rawValue) \(fire.microsecondsSinceEpoch)\n"
      }
    }
    FileHandle.standardOutput.write(Data(lines.utf8))
    try await scheduler.add(planned.map(\.job))
    await store.close()
  }

  private func jobs(from start: Instant) throws -> [Planned] {
    var dice = Dice(seed: self.seed)
    let perJob = max(self.seconds / 2, 1)
    let recurring = self.fires / 3 / perJob
    var planned: [Planned] = []
    for number in 0..<recurring {
      let offset = Duration.milliseconds(Int.random(in: 0..<2_000, using: &dice))
      let first = start + offset
      let fires = (0..<perJob).map { first + ClusterPlan.period * $0 }
      let trigger = try Trigger.every(ClusterPlan.period, startingAt: first.date, until: fires.last?.date)
      planned.append(Planned(job: self.job("again-\(number)", trigger, atMost: 1_000, &dice), fires: fires))
    }
    for number in 0..<self.fires - recurring * perJob {
      let fire = start + .milliseconds(Int.random(in: 0..<self.seconds * 1_000, using: &dice))
      planned.append(Planned(job: self.job("single-\(number)", .at(fire), atMost: 3_000, &dice), fires: [fire]))
    }
    return planned
  }

  /// - Parameter most: milliseconds that a run may take; less than from one fire to the next.
  private func job(
    _ id: String, _ trigger: Trigger, atMost most: Int, _ dice: inout Dice
  ) -> NewJob<ClusterWork> {
    let (kind, length): (ClusterKind, ClosedRange<Int>)
    switch Int.random(in: 0..<100, using: &dice) {
    case 0..<76: (kind, length) = (.quick, 0...0)
    case 76..<84: (kind, length) = (.flaky, 0...0)
    case 84..<90: (kind, length) = (.once, 20...500)
    case 90..<96: (kind, length) = (.lasting, 100...1_500)
    default: (kind, length) = (.deaf, 200...3_000)
    }
    let policies = JobPolicies(
      catchUp: .all(limit: JobState.maximumRuns), overlap: .queueAll,
      retry: RetryPolicy(attempts: 1_000, backoff: .fixed(.milliseconds(200))),
      onCrash: kind == .once ? .abandon : .runAgain, crashLimit: nil)
    let milliseconds = min(Int.random(in: length, using: &dice), most)
    return NewJob(
      ClusterWork(kind: kind, milliseconds: milliseconds), trigger: trigger, id: JobID(id), policies: policies)
  }
}

/// Numbers that follow from a seed.
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { self.state = seed &+ 0x9E37_79B9_7F4A_7C15 }

  mutating func next() -> UInt64 {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = self.state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
