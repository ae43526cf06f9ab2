/// A record as ``MemoryStore`` keeps it: 32 bytes beside the definition while the job waits for its first fire.
///
/// Most of a million jobs are waiting for their first fire, and of a state of more than 200 bytes they need the next fire and the
/// revision. Any other state lies in an object of its own.
struct MemorySlot {
  /// Nil where the slot is free.
  var definition: JobDefinition?
  /// The whole state, where it is more than the small form can say.
  private var whole: WholeState?
  private var nextFire: Instant
  /// The lane's number.
  var lane: UInt32
  private var smallRevision: UInt16
  private var zone: UInt16

  static let free = MemorySlot(
    definition: nil, whole: nil, nextFire: .distantFuture, lane: 0, smallRevision: 0, zone: 0)

  private init(
    definition: JobDefinition?, whole: WholeState?, nextFire: Instant, lane: UInt32, smallRevision: UInt16, zone: UInt16
  ) {
    self.definition = definition
    self.whole = whole
    self.nextFire = nextFire
    self.lane = lane
    self.smallRevision = smallRevision
    self.zone = zone
  }

  init(_ record: JobRecord, lane: UInt32, _ zones: inout ZoneVersions) {
    self = .free
    self.definition = record.definition
    self.lane = lane
    if let small = MemorySlot.small(record, lane: lane, &zones) {
      self = small
    } else {
      self.whole = WholeState(record.state)
    }
  }

  /// The small form; nil where the state says more than it can hold.
  private static func small(_ record: JobRecord, lane: UInt32, _ zones: inout ZoneVersions) -> MemorySlot? {
    let state = record.state
    guard state.status == .active, state.runs.isEmpty, state.outbox.isEmpty, let nextFire = state.nextFire,
      let revision = UInt16(exactly: state.revision), let zone = zones.number(of: state.zoneData)
    else { return nil }
    let small = MemorySlot(
      definition: record.definition, whole: nil, nextFire: nextFire, lane: lane, smallRevision: revision, zone: zone)
    // Not a list of the members that have to have their defaults: a member that is added to the state would be forgotten in it.
    return small.state(zones) == state ? small : nil
  }

  func state(_ zones: ZoneVersions) -> JobState {
    if let whole { return whole.state }
    return JobState(
      revision: Int64(self.smallRevision), statusSince: self.definition?.createdAt ?? .distantPast,
      nextFire: self.nextFire, zoneData: zones[self.zone])
  }

  func zoneData(_ zones: ZoneVersions) -> String? {
    if let whole { return whole.state.zoneData }
    return zones[self.zone]
  }

  func record(_ zones: ZoneVersions) -> JobRecord? {
    guard let definition else { return nil }
    return JobRecord(definition: definition, state: self.state(zones))
  }

  /// The claimed runs' sessions; cheap where there are none.
  var owners: [Epoch] {
    guard let whole, !whole.state.runs.isEmpty, let definition else { return [] }
    return JobRecord(definition: definition, state: whole.state).owners
  }
}

/// A state in an object of its own.
private final class WholeState: Sendable {
  let state: JobState

  init(_ state: JobState) { self.state = state }
}

/// The versions of zone data that states name, numbered: a few in the life of a process.
struct ZoneVersions {
  private var versions: [String?] = [nil]

  subscript(number: UInt16) -> String? { self.versions[Int(number)] }

  /// Nil where there are more than can be numbered.
  mutating func number(of version: String?) -> UInt16? {
    if let index = self.versions.lastIndex(of: version) { return UInt16(index) }
    guard self.versions.count < 256 else { return nil }
    self.versions.append(version)
    return UInt16(self.versions.count - 1)
  }
}

/// Slots in blocks of a fixed size: growing never copies what is there, and a million of them waste no half of an array.
struct SlotBlocks {
  private var blocks: ContiguousArray<ContiguousArray<MemorySlot>> = []
  private var free: [UInt32] = []
  /// How many slots there are, free ones included.
  private(set) var count = 0

  private static let shift = 10

  subscript(slot: UInt32) -> MemorySlot {
    get { self.blocks[Int(slot) >> SlotBlocks.shift][Int(slot) & ((1 << SlotBlocks.shift) - 1)] }
    set { self.blocks[Int(slot) >> SlotBlocks.shift][Int(slot) & ((1 << SlotBlocks.shift) - 1)] = newValue }
  }

  mutating func take() -> UInt32 {
    if let slot = self.free.popLast() { return slot }
    let block = self.count >> SlotBlocks.shift
    if block == self.blocks.count {
      self.blocks.append([])
      self.blocks[block].reserveCapacity(1 << SlotBlocks.shift)
    }
    self.blocks[block].append(.free)
    self.count += 1
    return UInt32(self.count - 1)
  }

  mutating func giveBack(_ slot: UInt32) {
    self[slot] = .free
    self.free.append(slot)
  }
}
