import Almanac
import AlmanacTesting
import Foundation
import Synchronization
import Testing

@testable import ExamReminder

/// A thousand people, four zones, three months: two services on one store, killed at random in the middle of sending.
@Suite("Nobody is told twice, and nobody is forgotten", .timeLimit(.minutes(10)))
struct TortureTests {
  /// What a person is to be told, and when, as another library counts it.
  struct Due: Hashable {
    var openID: String
    var told: String
    var at: Instant
  }

  private static let zones = ["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"]
  private static let people = 1_000

  @Test(
    "a thousand people, four zones, three months, exams that are moved twice, two services that are killed",
    arguments: [1, 2])
  func torture(seed: UInt64) async throws {
    let standard = try World.standard
    let start = try #require(Instant(rfc3339: "2026-02-20T00:00:00Z"))
    let clock = ManualClock(now: start)
    let first = TestScheduler(
      clock: clock, configuration: World.configuration, executors: ReminderDesk.executors)
    let second = TestScheduler(
      beside: first, node: "second", configuration: Self.secondConfiguration, executors: ReminderDesk.executors)
    let dice = Dice(seed: seed)
    let phones = Phones(clock: clock)
    for (mine, other) in [(first, second), (second, first)] {
      World.setUp(mine, Mischief(phones: phones, dice: dice, mine: mine, other: other), standard)
    }
    try await first.start()
    try await second.start()

    var due: Set<Due> = []
    for number in 0..<Self.people {
      let openID = "o\(number)"
      let exam = number % 12
      let world = World(test: number.isMultiple(of: 2) ? first : second, phones: phones, rules: standard)
      try await world.register(openID, exam: "e\(exam)", at: Self.firstDate(exam), in: Self.zones[exam % 4])
      for (date, told) in Self.due(exam) { due.insert(Due(openID: openID, told: told, at: date)) }
    }

    // Exams 0 to 3 are moved twice: once before anything was sent, once in the night after the reminder of the evening.
    var moves: [(at: Instant, exam: Int, to: String)] = []
    for exam in 0..<4 {
      moves.append((Self.instant("2026-03-01T12:00", Self.zones[exam]), exam, "2026-03-27T09:00"))
      moves.append((Self.instant("2026-03-26T21:00", Self.zones[exam]), exam, "2026-04-10T14:00"))
    }
    moves.sort { $0.at < $1.at }

    let end = try #require(Instant(rfc3339: "2026-05-25T00:00:00Z"))
    var restarts = 0
    while clock.now() < end {
      let step = min(clock.now() + .seconds(6 * 3_600), moves.first?.at ?? end, end)
      await first.advance(to: step)
      for test in [first, second] where test.hasCrashed {
        restarts += 1
        try await test.start()
      }
      while let move = moves.first, move.at <= clock.now() {
        moves.removeFirst()
        let desk = World(test: second, phones: phones, rules: standard)
        let report = try await desk.move(exam: "e\(move.exam)", to: move.to, in: Self.zones[move.exam])
        #expect(report.atOnce)
        #expect(report.moved == Self.people / 12 + (move.exam < Self.people % 12 ? 1 : 0))
      }
    }

    try await self.check(due, first, phones, dice)
    #expect(restarts > 5, "the services were killed too seldom to show anything")
    try await second.stop()
    try await first.stop()
  }

  private func check(_ due: Set<Due>, _ test: TestScheduler, _ phones: Phones, _ dice: Dice) async throws {
    // No phone showed one reminder twice, and each that it showed was due, at its minute.
    let arrivals = phones.arrivals.map { Due(openID: $0.openID, told: $0.told, at: Self.minute($0.at)) }
    #expect(Set(arrivals).count == arrivals.count)
    #expect(Set(arrivals).subtracting(due).isEmpty, "\(Set(arrivals).subtracting(due).first as Any)")
    // What the service says of each person comes to what was due, and agrees with the phones.
    let desk = RegistrationDesk(scheduler: test.scheduler, rules: try World.standard)
    var counts: [RegistrationView.Past.Outcome: Int] = [:]
    for number in 0..<Self.people {
      let openID = "o\(number)"
      let past = try await desk.registrations(of: openID).flatMap(\.past)
      for one in past { counts[one.outcome, default: 0] += 1 }
      let mine = due.filter { $0.openID == openID }
      #expect(past.count == mine.count, "\(openID): \(past)")
      let shown = arrivals.filter { $0.openID == openID }.count
      let sent = past.filter { $0.outcome == .sent }.count
      let unknown = past.filter { $0.outcome == .unknown }.count
      #expect(sent <= shown && shown <= sent + unknown, "\(openID): \(shown) arrived, \(past)")
    }
    #expect(counts.keys.allSatisfy { [.sent, .unknown, .refused].contains($0) }, "\(counts)")
    #expect(counts.values.reduce(0, +) == due.count)
    #expect((counts[.refused] ?? 0) > 0)
    #expect((counts[.unknown] ?? 0) > 0)
    #expect((counts[.sent] ?? 0) > due.count * 8 / 10)
  }

  /// The minute in which something happened. A registration that was under way in two crashes in a row is a suspect, and its next reminder is held back
  /// for some seconds.
  private static func minute(_ instant: Instant) -> Instant {
    let microseconds = instant.microsecondsSinceEpoch
    return Instant(microsecondsSinceEpoch: microseconds - microseconds % 60_000_000)
  }

  // MARK: Exams

  private static var secondConfiguration: SchedulerConfiguration {
    var configuration = World.configuration
    configuration.node = "second"
    return configuration
  }

  /// Between March and May, some of them on the days on which clocks change.
  private static func firstDate(_ exam: Int) -> String {
    switch exam {
    case 0...3: "2026-03-20T09:00"
    case 4: "2026-04-05T08:30"
    case 5: "2026-03-29T09:00"
    case 6: "2026-03-08T09:00"
    case 7: "2026-04-05T09:00"
    default: "2026-05-\(10 + exam)T13:15"
    }
  }

  /// When everybody of an exam is to be told what. By Foundation's calendar, which shares nothing with the code that is tested.
  private static func due(_ exam: Int) -> [(Instant, String)] {
    let zone = self.zones[exam % 4]
    func told(_ text: String) -> (evening: (Instant, String), morning: (Instant, String)) {
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = TimeZone(identifier: zone)!
      let begin = self.date(text, calendar)
      let before = calendar.date(byAdding: .day, value: -1, to: begin)!
      let evening = calendar.date(bySettingHour: 20, minute: 0, second: 0, of: before)!
      let parts = calendar.dateComponents([.year, .month, .day, .hour, .minute], from: begin)
      let name = String(
        format: "%d年%d月%d日 %02d:%02d", parts.year!, parts.month!, parts.day!, parts.hour!, parts.minute!)
      return ((Instant(evening), name), (Instant(begin.addingTimeInterval(-7_200)), name))
    }
    guard exam < 4 else {
      let once = told(self.firstDate(exam))
      return [once.evening, once.morning]
    }
    let last = told("2026-04-10T14:00")
    return [told("2026-03-27T09:00").evening, last.evening, last.morning]
  }

  private static func date(_ text: String, _ calendar: Calendar) -> Date {
    let numbers = text.split { "-T:".contains($0) }.map { Int($0)! }
    return calendar.date(
      from: DateComponents(year: numbers[0], month: numbers[1], day: numbers[2], hour: numbers[3], minute: numbers[4]))!
  }

  private static func instant(_ text: String, _ zone: String) -> Instant {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = TimeZone(identifier: zone)!
    return Instant(self.date(text, calendar))
  }
}

/// Numbers by chance.
private final class Dice: Sendable {
  private let state: Mutex<UInt64>

  init(seed: UInt64) { self.state = Mutex(seed &* 0x9E37_79B9_7F4A_7C15) }

  /// True in so many of a thousand cases.
  func falls(_ perMille: UInt64) -> Bool {
    self.state.withLock { state in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % 1_000 < perMille
    }
  }
}

/// A network and a power supply that fail.
private final class Mischief: MessageService {
  let phones: Phones
  let dice: Dice
  unowned let mine: TestScheduler
  unowned let other: TestScheduler

  init(phones: Phones, dice: Dice, mine: TestScheduler, other: TestScheduler) {
    self.phones = phones
    self.dice = dice
    self.mine = mine
    self.other = other
  }

  func send(_ message: WeChatMessage) async -> SendAnswer {
    // Whoever was killed sends nothing more, though a test cannot keep its code from running on.
    guard !self.mine.hasCrashed else { return .unknown(reason: "killed") }
    if message.openID.hasSuffix("7"), self.dice.falls(300) { return .refused(code: 43_101) }
    if self.dice.falls(10) {
      if self.dice.falls(500) { self.phones.arrive(message) }
      return .unknown(reason: "the connection was cut")
    }
    // One of the two stays, so that reminders come at their minute.
    if self.dice.falls(10), !self.other.hasCrashed {
      if self.dice.falls(500) { self.phones.arrive(message) }
      self.mine.crash()
      return .unknown(reason: "killed")
    }
    return await self.phones.send(message)
  }
}
