/// The years in which a pattern fires, of the years 1 to 9999.
struct YearSet: Hashable, Sendable {
  static let possible = 1...9_999

  /// The first and last year of the set.
  private(set) var first: Int
  private(set) var last: Int
  /// One bit a year from `first` on; empty where every year from `first` to `last` belongs to the set.
  private let words: [UInt64]

  static let every = YearSet(possible)

  private init(first: Int, last: Int, words: [UInt64]) {
    (self.first, self.last, self.words) = (first, last, words)
  }

  /// All years of a range, which must lie within the possible ones.
  init(_ range: ClosedRange<Int>) {
    self.init(first: range.lowerBound, last: range.upperBound, words: [])
  }

  /// The set of years of a range that `contains` accepts, or nil where it accepts none.
  init?(in range: ClosedRange<Int> = possible, where contains: (Int) -> Bool) {
    guard let first = range.first(where: contains), let last = range.last(where: contains) else { return nil }
    var words = [UInt64](repeating: 0, count: (last - first) / 64 + 1)
    var count = 0
    for year in first...last where contains(year) {
      words[(year - first) / 64] |= 1 << UInt64((year - first) % 64)
      count += 1
    }
    self.init(first: first, last: last, words: count == last - first + 1 ? [] : words)
  }

  /// Whether no year between the first and the last is missing.
  var isContiguous: Bool { words.isEmpty }

  @inline(__always)
  func contains(_ year: Int) -> Bool {
    guard year >= first, year <= last else { return false }
    return words.isEmpty || words[(year - first) >> 6] >> UInt64((year - first) & 63) & 1 != 0
  }

  /// The first year of the set that is `year` or later.
  func atOrAfter(_ year: Int) -> Int? {
    var candidate = max(year, first)
    while candidate <= last {
      if contains(candidate) { return candidate }
      candidate += 1
    }
    return nil
  }

  /// The last year of the set that is `year` or earlier.
  func atOrBefore(_ year: Int) -> Int? {
    var candidate = min(year, last)
    while candidate >= first {
      if contains(candidate) { return candidate }
      candidate -= 1
    }
    return nil
  }
}
