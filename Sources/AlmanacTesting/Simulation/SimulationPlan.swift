import Almanac

/// What a seed decides before a simulation begins: how the cluster is made, and how badly it fares.
public struct SimulationPlan: Sendable {
  /// How badly the way to the store behaves: one call in so many, nil for none.
  struct Weather: Sendable {
    var lossOneIn: Int?
    var slowOneIn: Int?
    /// The machine dies, or stands still for longer than its session lives, in the middle of a call.
    var haltOneIn: Int?
  }

  public let seed: UInt64
  /// How many moments are checked at the least, while troubles last.
  public let steps: Int
  /// The most schedulers at once; where it is one it is troubled less, so that what it does when nothing is wrong is seen too.
  let most: Int
  /// With how many schedulers it begins.
  let nodes: Int
  let slots: Int
  let atomicHistory: Bool
  let notifies: Bool
  /// Where the store has a clock of its own each machine's wall is set by itself; else all live on one host and share its wall.
  let serverTime: Bool
  /// How far the clocks of a store of several servers are apart at the most.
  let uncertainty: Duration
  /// Whether the store commits by comparing revisions, or under a lock.
  let isOptimistic: Bool
  let pollInterval: Duration
  let weather: Weather
  let storm: Weather
  let jobs: Int
  /// The average time from one happening to the next.
  let pace: Duration
  /// Executors cannot begin a run, one in so many; nil for none.
  let refusalOneIn: Int?
  /// Machines die so often that jobs are blamed for it.
  let isDeadly: Bool
  /// The store can tell that the connection of a machine is gone, and loses one of a living machine for a moment now and then.
  let seesConnections: Bool

  public init(seed: UInt64, steps: Int = 300) {
    var random = SeededGenerator(seed: seed)
    self.seed = seed
    self.steps = steps
    self.most = [1, 3, 7, 7, 7].randomElement(using: &random) ?? 7
    self.nodes = Int.random(in: 1...min(self.most, 5), using: &random)
    self.slots = [1, 2, 4, 16].randomElement(using: &random) ?? 4
    self.atomicHistory = Bool.random(using: &random)
    self.notifies = Bool.random(using: &random)
    self.serverTime = Int.random(in: 0..<3, using: &random) > 0
    let isUncertain = self.serverTime && Bool.random(using: &random)
    self.uncertainty = isUncertain ? .milliseconds(Int64.random(in: 100...900, using: &random)) : .zero
    self.isOptimistic = Bool.random(using: &random)
    self.pollInterval = self.notifies && Bool.random(using: &random) ? .seconds(60) : .seconds(2)
    self.weather = Weather(
      lossOneIn: [nil, 200, 60, 25].randomElement(using: &random) ?? nil,
      slowOneIn: [nil, nil, 200, 60].randomElement(using: &random) ?? nil,
      haltOneIn: [nil, 1_000, 400].randomElement(using: &random) ?? nil)
    self.storm = Weather(
      lossOneIn: Int.random(in: 3...12, using: &random), slowOneIn: Int.random(in: 6...30, using: &random),
      haltOneIn: Int.random(in: 30...150, using: &random))
    self.jobs = Int.random(in: 3...8, using: &random)
    self.pace = .milliseconds(Int64.random(in: 500...1_500, using: &random))
    self.refusalOneIn = [nil, 30, 8].randomElement(using: &random) ?? nil
    self.isDeadly = self.most > 1 && Int.random(in: 0..<5, using: &random) == 0
    self.seesConnections = Bool.random(using: &random)
  }
}
