/// The due index: for each lane a heap of those that may start and a heap of those that must be tended.
struct LaneTable {
  struct LaneHeaps {
    var lane: Lane
    var starts = WakeHeap()
    var tends = WakeHeap()
    /// How many records are in the lane, whether or not they want to be looked at.
    var records = 0
  }

  private(set) var lanes: ContiguousArray<LaneHeaps> = []
  private var numbers: [Lane: UInt32] = [:]
  private var free: [UInt32] = []
  private var startPositions = WakeHeap.Positions()
  private var tendPositions = WakeHeap.Positions()
  /// Jobs come in runs of one kind, and telling two profiles apart is a comparison where looking up a lane hashes three strings.
  private var latest: (profile: JobProfile, lane: UInt32)?

  /// The number of the profile's lane, one record more in it.
  mutating func enter(_ profile: JobProfile) -> UInt32 {
    let number: UInt32
    if let latest, latest.profile === profile {
      number = latest.lane
    } else if let known = self.numbers[profile.lane] {
      number = known
    } else {
      number = self.free.popLast() ?? UInt32(self.lanes.count)
      let heaps = LaneHeaps(lane: profile.lane)
      if Int(number) == self.lanes.count { self.lanes.append(heaps) } else { self.lanes[Int(number)] = heaps }
      self.numbers[profile.lane] = number
    }
    self.latest = (profile, number)
    self.lanes[Int(number)].records += 1
    return number
  }

  /// One record less in the lane; a lane without records is forgotten, so that a queue for each user is no leak.
  mutating func leave(_ number: UInt32) {
    self.lanes[Int(number)].records -= 1
    guard self.lanes[Int(number)].records == 0 else { return }
    self.numbers[self.lanes[Int(number)].lane] = nil
    self.free.append(number)
    self.latest = nil
  }

  /// Makes room for the positions of a new slot.
  mutating func cover(_ slot: UInt32) {
    while self.startPositions.count <= Int(slot) {
      self.startPositions.append(WakeHeap.absent)
      self.tendPositions.append(WakeHeap.absent)
    }
  }

  /// The earlier of the instants under which the slot is entered.
  func wake(of slot: UInt32, in lane: UInt32) -> Int64? {
    let (start, tend) = self.keys(of: slot, in: lane)
    guard let start, let tend else { return start ?? tend }
    return min(start, tend)
  }

  /// The two instants under which the slot is entered.
  func keys(of slot: UInt32, in lane: UInt32) -> (start: Int64?, tend: Int64?) {
    (
      self.lanes[Int(lane)].starts.key(of: slot, self.startPositions),
      self.lanes[Int(lane)].tends.key(of: slot, self.tendPositions)
    )
  }

  mutating func set(start: Instant?, tend: Instant?, of slot: UInt32, in lane: UInt32) {
    self.lanes[Int(lane)].starts.set(start?.microsecondsSinceEpoch, of: slot, &self.startPositions)
    self.lanes[Int(lane)].tends.set(tend?.microsecondsSinceEpoch, of: slot, &self.tendPositions)
  }

  mutating func popStart(from lane: Int, through now: Instant) -> UInt32? {
    self.lanes[lane].starts.pop(through: now.microsecondsSinceEpoch, &self.startPositions)
  }

  mutating func popTend(from lane: Int, through now: Instant) -> UInt32? {
    self.lanes[lane].tends.pop(through: now.microsecondsSinceEpoch, &self.tendPositions)
  }

  /// The lanes in use.
  var used: [Lane: UInt32] { self.numbers }
}
