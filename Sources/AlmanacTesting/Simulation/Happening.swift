import Almanac

/// A job as users add it.
struct SimulatedJob: Sendable {
  var work: SimulatedWork
  var trigger: Trigger
  var policies: JobPolicies
}

/// Something that happens from outside.
enum Happening: Sendable {
  case add(job: Int, SimulatedJob)
  /// A program starts and says what it always says.
  case keep(job: Int, SimulatedJob)
  case replace(job: Int, SimulatedJob)
  case modify(job: Int, JobPolicies)
  case pause(job: Int)
  case resume(job: Int, ResumePolicy)
  case remove(job: Int)
  case runNow(job: Int)
  case runNowWith(job: Int, SimulatedWork)
  /// All that the job keeps, or the oldest.
  case retryDead(job: Int, oldest: Bool)
  case purgeDead(job: Int, oldest: Bool)
  case cancel(job: Int)
  case skipNext(job: Int)
  /// A machine with zone data of this version looks at the job.
  case zoneData(job: Int, String)
  case start
  case kill
  case freeze(Duration)
  case stop
  case partition(NodeLink.Way, Duration)
  case storm(Duration)
  case pauseNode(Duration)
  case stepClock(Duration)
  case restartStore(Duration)

  static func random(_ plan: SimulationPlan, now: Instant, using random: inout SeededGenerator) -> [Happening] {
    let job = Int.random(in: 0..<plan.jobs, using: &random)
    if plan.isDeadly, Int.random(in: 0..<4, using: &random) == 0 { return [.kill, .start] }
    let isGentle = plan.most == 1 && Int.random(in: 0..<8, using: &random) > 0
    switch Int.random(in: 0..<(isGentle ? 28 : 44), using: &random) {
    case 0...2: return [.add(job: job, self.order(now, &random))]
    case 3, 4: return [.keep(job: job, self.order(now, &random))]
    case 5, 6: return [.replace(job: job, self.order(now, &random))]
    case 7: return [.modify(job: job, SimulatedPolicies.random(.hanging, using: &random))]
    case 8, 9: return [.pause(job: job)]
    case 10...12: return [.resume(job: job, Bool.random(using: &random) ? .fromNow : .catchUp)]
    case 13, 14: return [.remove(job: job)]
    case 15, 16: return [.runNow(job: job)]
    case 17: return [.runNowWith(job: job, self.work(SimulatedWork.firstByHand, &random).work)]
    case 18, 19: return [.cancel(job: job)]
    case 20: return [.skipNext(job: job)]
    case 21...23: return [.zoneData(job: job, Bool.random(using: &random) ? ZonedTrigger.old : ZonedTrigger.new)]
    case 24...26: return [.retryDead(job: job, oldest: Bool.random(using: &random))]
    case 27: return [.purgeDead(job: job, oldest: Bool.random(using: &random))]
    case 28: return [.start]
    case 29...31: return [.kill]
    case 32...35: return [.freeze(self.seconds(7...20, &random))]
    case 36: return [.stop]
    case 37, 38:
      return [.partition(Bool.random(using: &random) ? .cut : .answersLost, self.seconds(1...15, &random))]
    case 39, 40: return [.storm(self.seconds(2...10, &random))]
    case 41: return [.pauseNode(self.seconds(1...10, &random))]
    case 42: return [.stepClock(.milliseconds(Int64.random(in: -60_000...60_000, using: &random)))]
    default: return [.restartStore(self.seconds(0...4, &random))]
    }
  }

  private static func seconds(_ range: ClosedRange<Int64>, _ random: inout SeededGenerator) -> Duration {
    .milliseconds(Int64.random(in: (range.lowerBound * 1_000)...(range.upperBound * 1_000), using: &random))
  }

  static func order(_ now: Instant, _ random: inout SeededGenerator) -> SimulatedJob {
    let (kind, work) = self.work(0, &random)
    return SimulatedJob(
      work: work, trigger: self.trigger(now, &random), policies: SimulatedPolicies.random(kind, using: &random))
  }

  private static func work(
    _ edition: Int, _ random: inout SeededGenerator
  ) -> (kind: SimulatedWork.Kind, work: SimulatedWork) {
    let kinds = SimulatedWork.Kind.allCases + [.flaky]
    let kind = kinds.randomElement(using: &random) ?? .steady
    let work = SimulatedWork(
      kind: kind, milliseconds: Int64.random(in: 0...6_000, using: &random),
      edition: edition + Int.random(in: 0...3, using: &random))
    return (kind, work)
  }

  private static func trigger(_ now: Instant, _ random: inout SeededGenerator) -> Trigger {
    let once = Trigger.at(now + .milliseconds(Int64.random(in: -2_000...8_000, using: &random)))
    let milliseconds = Int64.random(in: 1_000...15_000, using: &random)
    // Only a period that is no time at all is refused, and a kind that has no name.
    switch Int.random(in: 0..<9, using: &random) {
    case 0, 1: return once
    case 2: return (try? .every(.milliseconds(milliseconds / 10 + 200))) ?? once
    case 3, 4: return (try? .custom(ZonedTrigger(period: milliseconds * 1_000))) ?? once
    default: return (try? .every(.milliseconds(milliseconds))) ?? once
    }
  }
}
