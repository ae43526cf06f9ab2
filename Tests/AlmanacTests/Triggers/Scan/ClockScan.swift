@testable import Almanac

/// What the wall clock of a zone shows around a moment, minute by minute: the definition of fire times, without any
/// search.
///
/// It shares nothing with the engine but the zone's offsets: the calendar is the one that children learn, and gaps and
/// folds are what comes out of looking at the clock.
struct ClockScan {
  let zone: ZoneRules
  /// The stretch in which fire times are compared; it is looked at for a day more on either side, for the longest gaps and folds.
  let compared: Range<Int64>
  /// The seconds at which the wall shows a whole minute, with what it shows.
  private(set) var showings: [(second: Int64, local: Int64)] = []
  /// The readings that the clock jumps over, with the moment of the jump and the offset before it.
  private(set) var jumps: [(second: Int64, before: Int64, after: Int64)] = []

  init(_ zone: ZoneRules, around middle: Int64) {
    self.zone = zone
    compared = middle - 82_800..<middle + 82_800
    let end = middle + 2 * 86_400
    var second = middle - 2 * 86_400
    var offset = zone.offset(atSecond: second)
    showings.reserveCapacity(6_000)
    while second < end {
      let beyond = (second + offset).flooredRemainder(dividingBy: 60)
      if beyond == 0 { showings.append((second, second + offset)) }
      let next = second + 60 - beyond
      let later = zone.offset(atSecond: next)
      if later == offset {
        second = next
        continue
      }
      // The clocks change in this minute: second by second to the change.
      while true {
        second += 1
        let now = zone.offset(atSecond: second)
        if now == offset { continue }
        if now > offset { jumps.append((second, offset, now)) }
        offset = now
        break
      }
    }
  }

  /// The fire times of the readings that `matches` accepts, by the policies as they are written.
  func fires(gap: GapPolicy, fold: FoldPolicy, _ matches: (Int64) -> Bool) -> Set<Int64> {
    var rounds: [Int64: [Int64]] = [:]
    for showing in showings where matches(showing.local) { rounds[showing.local, default: []].append(showing.second) }
    var fires: Set<Int64> = []
    for seconds in rounds.values {
      switch fold {
      case .first: fires.insert(seconds[0])
      case .last: fires.insert(seconds[seconds.count - 1])
      default: fires.formUnion(seconds)
      }
    }
    for jump in jumps where gap != .skip {
      let first = jump.second + jump.before
      var local = first + (60 - first.flooredRemainder(dividingBy: 60)) % 60
      while local < jump.second + jump.after {
        if matches(local) { fires.insert(gap == .atGapEnd ? jump.second : local - jump.before) }
        local += 60
      }
    }
    return fires.filter(compared.contains)
  }
}

/// The calendar as children learn it.
struct PlainDay: Hashable {
  var year: Int
  var month: Int
  var day: Int
  /// 0 for Sunday.
  var weekday: Int

  init(daysSinceEpoch days: Int) {
    func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }
    weekday = ((days + 4) % 7 + 7) % 7
    year = 1_970
    var rest = days
    while rest < 0 {
      year -= 1
      rest += isLeap(year) ? 366 : 365
    }
    while rest >= (isLeap(year) ? 366 : 365) {
      rest -= isLeap(year) ? 366 : 365
      year += 1
    }
    month = 1
    for length in [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
      if rest < length { break }
      rest -= length
      month += 1
    }
    day = rest + 1
  }
}
