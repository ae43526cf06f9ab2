/// The first and last second of the day of a stretch of time, which goes over midnight where the last is the smaller.
struct DayWindow: Equatable {
  let first: Int
  let last: Int

  var isOverMidnight: Bool { last < first }
  /// Both as text, in the same form.
  var texts: [String] { Clock.texts([first, last]) }
}

/// The times of day of a pattern in the form in which people say them.
enum TimeShape: Equatable {
  /// Seconds of the day, sorted.
  case clock([Int])
  /// Every so many minutes; with the first and last second of the day where it does not go round the clock.
  case everyMinutes(Int, window: DayWindow?)
  /// Every so many seconds, in the same way.
  case everySeconds(Int, window: DayWindow?)
  /// At least three hours at one distance, at one minute.
  case everyHours(Int, window: DayWindow)
  /// In every hour, at this minute.
  case hourly(minute: Int)
  /// None of these; nil for the second 0.
  case product(seconds: ValueShape?, minutes: ValueShape, hours: ValueShape)

  /// Up to how many times are told one by one where there is a shorter way, and where there is none.
  private static let fewTimes = 3
  private static let manyTimes = 8

  /// - Parameter isEveryDay: whether the times belong to every day, so that 22:00 to 03:00 is one stretch of time.
  init(_ set: TimeOfDaySet, isEveryDay: Bool) {
    let (seconds, minutes) = (setBits(set.seconds), setBits(set.minutes))
    let hours = setBits(UInt64(set.hours))
    guard !hours.isEmpty, let lastMinute = minutes.last, !seconds.isEmpty else {
      self = .clock([])
      return
    }
    let isAllDay = hours.count == 24
    let run = isEveryDay ? Self.overMidnight(hours) : hours
    let isOneStretch = run[run.count - 1] - run[0] + 1 == run.count
    let count = seconds.count * minutes.count * hours.count
    let window = DayWindow(
      first: run[0] * 3_600 + minutes[0] * 60 + seconds[0],
      last: run[run.count - 1] % 24 * 3_600 + lastMinute * 60 + seconds[seconds.count - 1])
    if count <= Self.fewTimes {
      self = .clock(Self.times(hours, minutes, seconds))
    } else if seconds == [0], minutes.count == 1, isAllDay {
      self = .hourly(minute: lastMinute)
    } else if seconds == [0], minutes.count == 1, let step = ValueShape.distance(run), hours.count > 2 {
      self = .everyHours(step, window: window)
    } else if seconds == [0], isOneStretch, let step = Self.roundStep(minutes), isAllDay || minutes.count > 2 {
      self = .everyMinutes(step, window: isAllDay && minutes[0] == 0 ? nil : window)
    } else if seconds == [0], hours.count == 1, let step = ValueShape.distance(minutes) {
      self = .everyMinutes(step, window: window)
    } else if minutes.count == 60, isOneStretch, seconds.count > 1, let step = Self.roundStep(seconds) {
      self = .everySeconds(step, window: isAllDay && seconds[0] == 0 ? nil : window)
    } else if count <= Self.manyTimes {
      self = .clock(Self.times(hours, minutes, seconds))
    } else {
      self = .product(
        seconds: seconds == [0] ? nil : ValueShape(seconds, in: 0...59),
        minutes: ValueShape(minutes, in: 0...59), hours: ValueShape(hours, in: 0...23))
    }
  }

  /// The hours in the order in which they make one run at one distance over midnight, those of the next day from 24 on;
  /// as they are where they make one without, or none.
  private static func overMidnight(_ hours: [Int]) -> [Int] {
    guard hours.count > 2, hours.count < 24, ValueShape.distance(hours) == nil else { return hours }
    for start in hours.indices.dropFirst() {
      let turned = hours[start...] + hours[..<start].map { $0 + 24 }
      if ValueShape.distance(Array(turned)) != nil { return Array(turned) }
    }
    return hours
  }

  private static func times(_ hours: [Int], _ minutes: [Int], _ seconds: [Int]) -> [Int] {
    hours.flatMap { hour in minutes.flatMap { minute in seconds.map { hour * 3_600 + minute * 60 + $0 } } }
  }

  /// The distance of values that goes on unchanged over the end of 60, so that they can be told as "every so many".
  private static func roundStep(_ values: [Int]) -> Int? {
    guard let step = ValueShape.distance(values), values[0] + 60 - values[values.count - 1] == step else { return nil }
    return step
  }
}
