/// The times within one period of a recurrence — a day, an hour, a minute or a second — as seconds from its beginning.
struct RecurrenceOffsets: Hashable, Sendable {
  private let set: TimeOfDaySet
  /// Sorted; what BYSETPOS picked. Empty where all of the set counts.
  private let picked: [Int32]
  /// Whether nothing belongs; nothing else may be asked then.
  let isEmpty: Bool

  /// All of a set, or those at the positions, which count from 1, or from -1 at the end.
  init(_ set: TimeOfDaySet, positions: [Int]) {
    self.set = set
    guard !positions.isEmpty, !set.isEmpty else {
      (picked, isEmpty) = ([], set.isEmpty)
      return
    }
    let count = Self.count(of: set)
    var found: Set<Int32> = []
    for position in positions {
      let index = position > 0 ? position - 1 : count + position
      if index >= 0, index < count { found.insert(Int32(Self.element(index, of: set))) }
    }
    (picked, isEmpty) = (found.sorted(), found.isEmpty)
  }

  static func count(of set: TimeOfDaySet) -> Int {
    set.hours.nonzeroBitCount * set.minutes.nonzeroBitCount * set.seconds.nonzeroBitCount
  }

  /// The element of the set at an index below its count.
  static func element(_ index: Int, of set: TimeOfDaySet) -> Int {
    let (seconds, minutes) = (set.seconds.nonzeroBitCount, set.minutes.nonzeroBitCount)
    return position(index / (seconds * minutes), in: UInt64(set.hours)) * 3_600
      + position(index / seconds % minutes, in: set.minutes) * 60 + position(index % seconds, in: set.seconds)
  }

  /// Where the set bit with so many set bits below it is.
  static func position(_ index: Int, in bits: UInt64) -> Int {
    var bits = bits
    for _ in 0..<index { bits &= bits - 1 }
    return bits.trailingZeroBitCount
  }

  var first: Int { picked.isEmpty ? set.first : Int(picked[0]) }

  var last: Int { picked.isEmpty ? set.last : Int(picked[picked.count - 1]) }

  func first(atOrAfter offset: Int) -> Int? {
    picked.isEmpty ? set.first(atOrAfter: offset) : picked.first { $0 >= offset }.map(Int.init)
  }

  func last(atOrBefore offset: Int) -> Int? {
    picked.isEmpty ? set.last(atOrBefore: offset) : picked.last { $0 <= offset }.map(Int.init)
  }
}
