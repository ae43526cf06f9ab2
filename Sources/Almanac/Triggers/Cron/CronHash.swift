/// What `H` stands for in a cron expression: a value that the name of the job chooses, the same for ever.
///
/// A hundred jobs at `0 0 * * *` all begin at midnight; at `H H * * *` each has a time of its own. The form is that of
/// Jenkins: `H` is one value of the field, `H(a-b)` one of a range, `H/n` and `H(a-b)/n` every n-th from a chosen
/// beginning. Which value comes out is this project's own choice, not that of Jenkins: FNV-1a over the seed, a zero byte
/// and the name of the field, mixed (`StableHash`).
struct CronHash: Hashable, Sendable {
  let seed: String

  /// A number for a field, from 0 up to one less than `count`.
  func number(for field: CronField, below count: Int) -> Int {
    var hash = StableHash()
    hash.combine(seed.utf8)
    hash.combine(CollectionOfOne(0))
    hash.combine(field.name.utf8)
    return Int(hash.value % UInt64(max(1, count)))
  }
}

extension CronFieldReader {
  /// The values that `H` alone is chosen from: every month has the days 1 to 28, and Sunday counts once.
  private var hashRange: ClosedRange<Int>? {
    switch field.name {
    case CronField.dayOfMonth.name: 1...28
    case CronField.weekday.name: 0...6
    case CronField.year.name: nil
    default: field.range
    }
  }

  /// `H`, `H(a-b)`, `H/n` or `H(a-b)/n`, if it comes next and the dialect has it.
  mutating func hashed() throws(TriggerParseError) -> CronSpan? {
    guard text.hashing != .unknown, peek.map({ $0 & 0xDF }) == UInt8(ascii: "H"), !Self.isLetter(peek(ahead: 1)) else {
      return nil
    }
    let start = position
    guard case .seed(let hash) = text.hashing else {
      throw failure(
        start..<start + 1, "H stands for a value that is chosen by a name, and no name was given",
        expected: "a hash seed beside the expression, such as the job's name")
    }
    guard var allowed = hashRange else {
      throw failure(start..<start + 1, "H cannot choose a \(field.name)", expected: rangeText)
    }
    skip(1)
    if take("(") {
      let low = try value()
      guard take("-") else { throw unexpected(expected: "\"-\" and the end of the range") }
      let highStart = position
      let high = try value()
      guard take(")") else { throw unexpected(expected: "\")\"") }
      guard low <= high else {
        throw failure(
          start..<position, "the range \(low)-\(text.text(highStart..<position - 1)) runs backwards",
          expected: "the smaller value first", suggestion: "H(\(high)-\(low))")
      }
      allowed = low...high
    }
    let stepStart = position
    guard let step = try step() else {
      let chosen = allowed.lowerBound + hash.number(for: field, below: allowed.count)
      return CronSpan(low: chosen, high: chosen)
    }
    guard step <= allowed.count else {
      throw failure(
        stepStart..<position, "the step \(step) is larger than the range \(allowed.lowerBound)-\(allowed.upperBound)",
        expected: "at most \(allowed.count)", suggestion: "/\(allowed.count)")
    }
    let low = allowed.lowerBound + hash.number(for: field, below: step)
    return CronSpan(low: low, high: allowed.upperBound, step: step)
  }
}
