import Almanac

/// The first fire times of a trigger after an instant.
struct Fires: Hashable, Sendable {
  var all: [Instant] = []
  /// There are fewer than were asked for.
  var isExhausted = false

  init(of trigger: Trigger, after start: Instant, count: Int) {
    var instant = start
    while self.all.count < count {
      guard let fire = trigger.next(after: instant) else {
        self.isExhausted = true
        return
      }
      self.all.append(fire)
      instant = fire
    }
  }

  /// `Mon` to `Sun`, as the wall shows it.
  static func weekday(of instant: Instant, in zone: ZoneRules) -> String {
    let local = instant.secondsSinceEpoch + Int64(zone.offset(at: instant))
    let days = Int(local.flooredQuotientAndRemainder(dividingBy: 86_400).quotient)
    // Day 0 was a Thursday.
    return ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][((days % 7) + 7) % 7]
  }
}
