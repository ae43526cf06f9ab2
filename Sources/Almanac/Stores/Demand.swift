/// What a scheduler can run now: the lanes that it serves and the free slots of its executors.
public struct Demand: Hashable, Sendable {
  /// The queues served; nil for all of them.
  public var queues: Set<String>?
  /// The names of the jobs that this scheduler can run.
  public var jobNames: Set<String>
  /// Free slots by executor alias. An executor that is not named is not served; one with no free slot is served for tending only.
  public var slots: [String: Int]
  /// The most records that may be taken without a grant.
  public var tendLimit: Int

  public init(queues: Set<String>? = nil, jobNames: Set<String>, slots: [String: Int], tendLimit: Int = 256) {
    self.queues = queues
    self.jobNames = jobNames
    self.slots = slots
    self.tendLimit = tendLimit
  }

  /// True where records of this lane may be tended, and, with a free slot, started.
  public func serves(_ lane: Lane) -> Bool {
    lane.format <= RecordFormat.current && self.slots[lane.executor] != nil && self.jobNames.contains(lane.jobName)
      && (self.queues?.contains(lane.queue) ?? true)
  }

  /// How many runs of this lane may start now.
  public func freeSlots(for lane: Lane) -> Int {
    max(self.slots[lane.executor] ?? 0, 0)
  }

  /// The same demand with no free slot anywhere: what a paused scheduler asks for.
  package var tendingOnly: Demand {
    var copy = self
    copy.slots = self.slots.mapValues { _ in 0 }
    return copy
  }
}
