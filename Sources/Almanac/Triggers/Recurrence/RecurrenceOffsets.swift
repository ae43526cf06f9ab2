/// The times within one period of a recurrence — a day, an hour, a minute or a second — as seconds from its beginning.
enum RecurrenceOffsets: Hashable, Sendable {
  case set(TimeOfDaySet)
  /// Sorted; what BYSETPOS picked. Not empty.
  case list([Int32])

  /// All of a set, or those at the positions, which count from 1, or from -1 at the end; nil where nothing is left.
  init?(_ set: TimeOfDaySet, positions: [Int]) {
    guard !set.isEmpty else { return nil }
    guard !positions.isEmpty else {
      self = .set(set)
      return
    }
    let count = Self.count(of: set)
    var picked: Set<Int32> = []
    for position in positions {
      let index = position > 0 ? position - 1 : count + position
      if index >= 0, index < count { picked.insert(Int32(Self.element(index, of: set))) }
    }
    guard !picked.isEmpty else { return nil }
    self = .list(picked.sorted())
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

  var first: Int {
    switch self {
    case .set(let set): set.first
    case .list(let list): Int(list[0])
    }
  }

  var last: Int {
    switch self {
    case .set(let set): set.last
    case .list(let list): Int(list[list.count - 1])
    }
  }

  func first(atOrAfter offset: Int) -> Int? {
    switch self {
    case .set(let set): set.first(atOrAfter: offset)
    case .list(let list): list.first { $0 >= offset }.map(Int.init)
    }
  }

  func last(atOrBefore offset: Int) -> Int? {
    switch self {
    case .set(let set): set.last(atOrBefore: offset)
    case .list(let list): list.last { $0 <= offset }.map(Int.init)
    }
  }
}
