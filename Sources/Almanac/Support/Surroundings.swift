/// What a process gives to the engine besides its clock: threads to run on, chance, and the zone data of the machine.
///
/// A program never sets any of it. A simulation does, for everything that it begins: with one thread whose next task a seed chooses, and
/// numbers that follow from the seed, a run of many schedulers can be had again exactly. It is a task-local value, because tasks
/// inherit it from whoever begins them: no part of the engine has to hand it on.
package struct Surroundings: Sendable {
  @TaskLocal package static var current = Surroundings()

  /// Where the engine's tasks run; nil for the pool that all tasks share.
  package var executor: (any TaskExecutor)?
  /// A positive number that is not used again; nil for one of the system's.
  package var uniqueNumber: (@Sendable () -> Int64)?
  /// The version of the zone data; nil for the machine's own.
  package var zoneData: String?
  /// Counts the task among those that are at work, so that one that waits for virtual time can say so; nil where nobody counts.
  package var meter: ActivityMeter?

  package init(
    executor: (any TaskExecutor)? = nil, uniqueNumber: (@Sendable () -> Int64)? = nil, zoneData: String? = nil,
    meter: ActivityMeter? = nil
  ) {
    self.executor = executor
    self.uniqueNumber = uniqueNumber
    self.zoneData = zoneData
    self.meter = meter
  }

  /// A random positive number, for names that must not be used again.
  static func uniqueNumber() -> Int64 {
    Surroundings.current.uniqueNumber?() ?? Int64.random(in: 1...Int64.max)
  }

  /// So many of them.
  static func uniqueNumbers(_ count: Int) -> [Int64] {
    if let number = Surroundings.current.uniqueNumber { return (0..<count).map { _ in number() } }
    var numbers = SystemNumbers(expecting: count)
    return (0..<count).map { _ in Int64.random(in: 1...Int64.max, using: &numbers) }
  }

  /// Begins a task of the engine's.
  ///
  /// A task that is not the child of another does not inherit where that one runs (SE-0417), so it is said for each.
  ///
  /// - Parameter executor: where it is to run; in a simulation everything runs where that says.
  @discardableResult
  package static func begin(
    on executor: (any TaskExecutor)? = nil, priority: TaskPriority? = nil, _ body: @escaping @Sendable () async -> Void
  ) -> Task<Void, Never> {
    Task(executorPreference: Surroundings.current.executor ?? executor, priority: priority) { await body() }
  }
}
