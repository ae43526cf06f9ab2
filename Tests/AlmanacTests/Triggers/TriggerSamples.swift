@testable import Almanac

/// Expressions, zones and instants drawn from a seed, with a liking for the hard ones.
struct TriggerSamples {
  var generator: SeededGenerator
  /// Where the zones are looked up.
  var database = PinnedZones.database

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  static let hardZones = [
    "UTC", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "America/Sao_Paulo",
    "Africa/Casablanca", "Europe/Dublin", "Antarctica/Troll", "Pacific/Chatham", "America/St_Johns", "Asia/Tehran",
    "Asia/Kathmandu", "America/Scoresbysund", "Asia/Gaza", "Europe/Lisbon", "Asia/Tokyo",
  ]

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &generator)]
  }

  mutating func zone() -> String { pick(Self.hardZones) }

  /// Mostly near a change of the zone's clocks, between 1900 and 2150.
  mutating func instant(in zone: String) throws -> Instant {
    let rules = try database.zone(zone)
    let second = Int64.random(in: -2_208_988_800...5_680_281_600, using: &generator)
    let near = rules.segment(containing: second).end
    guard near != .max, Bool.random(using: &generator) else { return Instant(secondsSinceEpoch: second) }
    let offset = Int64.random(in: -10_000_000_000...10_000_000_000, using: &generator)
    return Instant(secondsSinceEpoch: near) + .microseconds(offset)
  }

  private mutating func field(_ range: ClosedRange<Int>) -> String {
    let low = Int.random(in: range, using: &generator)
    let high = Int.random(in: low...range.upperBound, using: &generator)
    switch Int.random(in: 0..<6, using: &generator) {
    case 0, 1: return "*"
    case 2: return "\(low)"
    case 3: return "*/\(Int.random(in: 1...range.count / 2, using: &generator))"
    case 4: return "\(low)-\(high)/\(Int.random(in: 1...5, using: &generator))"
    default: return "\(low),\(high)"
    }
  }

  mutating func crontab() -> String {
    [field(0...59), field(0...23), field(1...31), pick(["*", "*", field(1...12)]), pick(["*", field(0...7)])]
      .joined(separator: " ")
  }

  mutating func ocps() -> String {
    let seconds = pick(["0", "*/20", field(0...59)])
    let days = pick(["*", "L", "LW", "15W", "1W", "?", field(1...31)])
    let weekdays = pick(["*", "+MON-FRI", "FRI#L", "2#2", "SUN#5", "+5", field(0...7)])
    let text = [seconds, field(0...59), field(0...23), days, field(1...12), weekdays].joined(separator: " ")
    return Int.random(in: 0..<5, using: &generator) == 0 ? text + " 1990-2090/3" : text
  }

  mutating func quartz() -> String {
    let days = pick([
      "? * *", "L * ?", "L-3 * ?", "15W * ?", "? 3-10 6#5", "? * MONL", "? 11-3 FRI-MON", "1/5 * ?", "* * ?",
    ])
    return [pick(["0", "0/20"]), field(0...59), pick([field(0...23), "22-3"]), days].joined(separator: " ")
  }

  /// A trigger of a random kind; nil where the draw never fires.
  mutating func cron(in zone: String) throws -> (trigger: Trigger, text: String)? {
    let dialect = pick([CronDialect.crontab, .ocps, .quartz])
    let expression =
      switch dialect {
      case .crontab: crontab()
      case .ocps: ocps()
      default: quartz()
      }
    let gap = pick(GapPolicy.allCases)
    let fold = pick(FoldPolicy.allCases)
    do {
      let trigger = Trigger(
        try CronRule(expression, dialect: dialect, zone: zone, in: database, gap: gap, fold: fold))
      return (trigger, "\(expression) \(dialect) \(zone) gap \(gap) fold \(fold)")
    } catch let error as TriggerParseError where error.reason == .neverFires {
      return nil
    }
  }
}
