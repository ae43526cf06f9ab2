import Almanac

/// Everything that a simulation decides by chance, decided beforehand by its seed.
public struct SimulationPlan: Sendable {
  /// Something that happens from outside.
  enum Action: Sendable {
    case add(job: Int, JobOrder)
    case replace(job: Int, JobOrder)
    case modify(job: Int)
    case pause(job: Int)
    case resume(job: Int, ResumePolicy)
    case remove(job: Int)
    case runNow(job: Int)
    case cancel(job: Int)
    case skipNext(job: Int)
    case cut(node: Int)
    case mend(node: Int)
    /// The machine is gone, in the middle of whatever it did.
    case kill(node: Int)
    case stop(node: Int)
    case start
    case pauseNode(Int)
    case resumeNode(Int)
    case stepClock(node: Int, Duration)
  }

  /// A job as it is added.
  struct JobOrder: Sendable {
    var work: SimulatedWork
    var trigger: Trigger
    var policies: JobPolicies
  }

  /// How badly the way to the store behaves: one call in so many, nil for none.
  struct Weather: Sendable {
    var throwsOneIn: Int?
    var hangsOneIn: Int?
  }

  public let seed: UInt64
  let nodes: Int
  let slots: Int
  let atomicHistory: Bool
  let notifies: Bool
  let serverTime: Bool
  let weather: Weather
  let jobs: Int
  /// Ordered by time since the beginning.
  let script: [(at: Duration, action: Action)]
  /// How long the troubles last.
  let length: Duration

  public init(seed: UInt64, length: Duration = .seconds(120)) {
    var random = SeededGenerator(seed: seed)
    self.seed = seed
    self.length = length
    self.nodes = Int.random(in: 1...4, using: &random)
    self.slots = [2, 4, 16].randomElement(using: &random) ?? 4
    self.atomicHistory = Bool.random(using: &random)
    self.notifies = Int.random(in: 0..<4, using: &random) == 0
    self.serverTime = Bool.random(using: &random)
    self.weather = Weather(
      throwsOneIn: [nil, 100, 30, 10].randomElement(using: &random) ?? nil,
      hangsOneIn: [nil, nil, 150, 50].randomElement(using: &random) ?? nil)
    self.jobs = Int.random(in: 3...8, using: &random)
    var script: [(at: Duration, action: Action)] = []
    for job in 0..<self.jobs {
      script.append((.milliseconds(Int64.random(in: 0...5_000, using: &random)), .add(job: job, Self.order(&random))))
    }
    let happenings = Int.random(in: 15...40, using: &random)
    for _ in 0..<happenings {
      let at = Duration.milliseconds(Int64.random(in: 3_000...length.wholeMilliseconds, using: &random))
      script += Self.happening(at, jobs: self.jobs, nodes: self.nodes, steps: self.serverTime, &random)
    }
    self.script = script.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  private static func happening(
    _ at: Duration, jobs: Int, nodes: Int, steps: Bool, _ random: inout SeededGenerator
  ) -> [(at: Duration, action: Action)] {
    let job = Int.random(in: 0..<jobs, using: &random)
    // Nodes that are started later have higher numbers.
    let node = Int.random(in: 0..<(nodes + 3), using: &random)
    let later = at + .milliseconds(Int64.random(in: 200...25_000, using: &random))
    switch Int.random(in: 0..<20, using: &random) {
    case 0, 1:
      return [(at, .pause(job: job)), (later, .resume(job: job, Bool.random(using: &random) ? .fromNow : .catchUp))]
    case 2, 3: return [(at, .replace(job: job, self.order(&random)))]
    case 4: return [(at, .modify(job: job))]
    case 5, 6: return [(at, .remove(job: job)), (later, .add(job: job, self.order(&random)))]
    case 7, 8: return [(at, .runNow(job: job))]
    case 9, 10: return [(at, .cancel(job: job))]
    case 11: return [(at, .skipNext(job: job))]
    case 12, 13, 14: return [(at, .cut(node: node)), (later, .mend(node: node))]
    case 15: return [(at, .kill(node: node)), (later, .start)]
    case 16: return [(at, .stop(node: node)), (later, .start)]
    case 17: return [(at, .start)]
    case 18: return [(at, .pauseNode(node)), (later, .resumeNode(node))]
    default:
      let seconds = Int64.random(in: -3_600...3_600, using: &random)
      return steps ? [(at, .stepClock(node: node, .seconds(seconds)))] : [(at, .kill(node: node)), (later, .start)]
    }
  }

  private static func order(_ random: inout SeededGenerator) -> JobOrder {
    let kind = SimulatedWork.Kind.allCases.randomElement(using: &random) ?? .steady
    let work = SimulatedWork(
      kind: kind, milliseconds: Int64.random(in: 0...6_000, using: &random),
      edition: Int.random(in: 0...1_000, using: &random))
    var policies = JobPolicies()
    policies.overlap =
      [.skip, .skip, .queue(limit: 3), .allow(limit: 3)].randomElement(using: &random) ?? .skip
    policies.catchUp = [.latest, .earliest, .all(limit: 4), .none].randomElement(using: &random) ?? .latest
    policies.misfireGrace = [nil, nil, .seconds(2)].randomElement(using: &random) ?? nil
    policies.retry = RetryPolicy(
      attempts: Int.random(in: 1...3, using: &random),
      backoff: .fixed(.milliseconds(Int64.random(in: 0...3_000, using: &random))))
    policies.onCrash = Int.random(in: 0..<4, using: &random) == 0 ? .abandon : .runAgain
    policies.retention = .seconds(Int64.random(in: 1...40, using: &random))
    // What hangs needs a limit, or a user who cancels it.
    if kind == .hanging || Bool.random(using: &random) {
      policies.timeout = .milliseconds(Int64.random(in: 500...5_000, using: &random))
    }
    return JobOrder(work: work, trigger: self.trigger(&random), policies: policies)
  }

  private static func trigger(_ random: inout SeededGenerator) -> Trigger {
    let once = ManualClock.beginning + .milliseconds(Int64.random(in: 0...100_000, using: &random))
    let period: Duration
    switch Int.random(in: 0..<8, using: &random) {
    case 0: return .at(once)
    case 1: period = .milliseconds(Int64.random(in: 300...1_000, using: &random))
    default: period = .milliseconds(Int64.random(in: 1_000...20_000, using: &random))
    }
    // Only a period that is no time at all is refused.
    return (try? .every(period)) ?? .at(once)
  }
}

extension Duration {
  var wholeMilliseconds: Int64 { self.components.seconds * 1_000 + self.components.attoseconds / 1_000_000_000_000_000 }
}

extension ManualClock {
  /// Where a manual clock begins if nothing else is said.
  static let beginning = Instant(microsecondsSinceEpoch: 1_767_225_600_000_000)
}
