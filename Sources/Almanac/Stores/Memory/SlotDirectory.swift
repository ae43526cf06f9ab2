/// Which slot holds the record of an id.
///
/// A hash table with open addressing whose entries are a slot and 32 bits of the id's hash: eight bytes, where a dictionary from id
/// to slot would hold each id a second time. Ids are the same where their bytes of UTF-8 are, as in every other store: Swift's
/// equality of strings takes a composed "é" and a decomposed one for the same, which no database does.
struct SlotDirectory {
  /// The hash in the upper half; the slot and one in the lower, 0 where the entry is free.
  private var entries: ContiguousArray<UInt64> = ContiguousArray(repeating: 0, count: 16)
  private(set) var count = 0

  private var mask: Int { self.entries.count - 1 }

  /// The slot of an id with this hash; `idOf` tells the id that a slot holds.
  func slot(of id: JobID, hash: UInt32, _ idOf: (UInt32) -> JobID?) -> UInt32? {
    self.find(id, hash: hash, idOf).map { UInt32(truncatingIfNeeded: self.entries[$0]) - 1 }
  }

  /// Enters an id with this hash that is not in the directory yet.
  mutating func insert(hash: UInt32, slot: UInt32) {
    // Three quarters full at the most: linear probing grows slow beyond.
    if (self.count + 1) * 4 > self.entries.count * 3 { self.grow() }
    self.place(UInt64(hash) << 32 | UInt64(slot + 1))
    self.count += 1
  }

  /// Takes an id out; the entries behind it move up, so that no grave is left.
  mutating func remove(_ id: JobID, _ idOf: (UInt32) -> JobID?) {
    guard var hole = self.find(id, hash: SlotDirectory.hash(id), idOf) else { return }
    self.count -= 1
    var index = hole
    while true {
      index = (index + 1) & self.mask
      let entry = self.entries[index]
      guard entry != 0 else { break }
      let home = Int(entry >> 32) & self.mask
      // An entry may move into the hole unless its home lies behind the hole on the way to where it is now.
      if (index - home) & self.mask >= (index - hole) & self.mask {
        self.entries[hole] = entry
        hole = index
      }
    }
    self.entries[hole] = 0
  }

  private func find(_ id: JobID, hash: UInt32, _ idOf: (UInt32) -> JobID?) -> Int? {
    var index = Int(hash) & self.mask
    while true {
      let entry = self.entries[index]
      if entry == 0 { return nil }
      if UInt32(entry >> 32) == hash, let other = idOf(UInt32(truncatingIfNeeded: entry) - 1),
        id.hasSameBytes(as: other)
      {
        return index
      }
      index = (index + 1) & self.mask
    }
  }

  private mutating func place(_ entry: UInt64) {
    var index = Int(entry >> 32) & self.mask
    while self.entries[index] != 0 { index = (index + 1) & self.mask }
    self.entries[index] = entry
  }

  private mutating func grow() {
    let old = self.entries
    self.entries = ContiguousArray(repeating: 0, count: old.count * 2)
    for entry in old where entry != 0 { self.place(entry) }
  }

  /// The hash of an id, the same for as long as the process lives.
  static func hash(_ id: JobID) -> UInt32 {
    var hasher = Hasher()
    id.withBytes { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
    return UInt32(truncatingIfNeeded: hasher.finalize())
  }
}

extension JobID {
  /// Calls `body` with the bytes of UTF-8.
  func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
    if let result = self.rawValue.utf8.withContiguousStorageIfAvailable(body) { return result }
    return ContiguousArray(self.rawValue.utf8).withUnsafeBufferPointer(body)
  }

  func hasSameBytes(as other: JobID) -> Bool {
    self.withBytes { left in other.withBytes { right in left.elementsEqual(right) } }
  }

  /// The order of listings: by bytes of UTF-8, which is also the order of code points.
  func precedesByBytes(_ other: JobID) -> Bool {
    self.withBytes { left in other.withBytes { right in left.lexicographicallyPrecedes(right) } }
  }
}
