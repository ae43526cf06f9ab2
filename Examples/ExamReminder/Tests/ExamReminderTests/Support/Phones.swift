import Almanac
import AlmanacTesting
import Synchronization
import Testing

@testable import ExamReminder

/// Everybody's phones: the messages that arrived, and what WeChat answers.
final class Phones: MessageService {
  struct Arrival: Hashable, Sendable {
    var openID: String
    /// The exam's time, as the message tells it.
    var told: String
    var at: Instant
  }

  private struct State {
    var arrivals: [Arrival] = []
    var tries = 0
    var answers: [SendAnswer] = []
  }

  private let clock: ManualClock
  private let state = Mutex(State())
  /// Asked of each message before it arrives; an answer takes the place of its sending.
  private let instead: @Sendable (WeChatMessage) -> SendAnswer?

  init(clock: ManualClock, instead: @escaping @Sendable (WeChatMessage) -> SendAnswer? = { _ in nil }) {
    self.clock = clock
    self.instead = instead
  }

  var arrivals: [Arrival] { self.state.withLock { $0.arrivals } }
  var tries: Int { self.state.withLock { $0.tries } }

  /// What WeChat answers to the next messages, one each, of which none arrives.
  func answer(_ answers: SendAnswer...) { self.state.withLock { $0.answers += answers } }

  func arrive(_ message: WeChatMessage) {
    let arrival = Arrival(
      openID: message.openID, told: message.data["time2"]?.value ?? "", at: self.clock.now())
    self.state.withLock { $0.arrivals.append(arrival) }
  }

  func send(_ message: WeChatMessage) async -> SendAnswer {
    let scripted = self.state.withLock { state -> SendAnswer? in
      state.tries += 1
      return state.answers.isEmpty ? nil : state.answers.removeFirst()
    }
    if let answer = scripted ?? self.instead(message) { return answer }
    self.arrive(message)
    return .sent(messageID: "\(self.tries)")
  }
}

/// One service in virtual time.
struct World: Sendable {
  let test: TestScheduler
  let phones: Phones
  let rules: [ReminderRule]

  static var standard: [ReminderRule] { get throws { try ReminderRule.list("1d@20:00,2h") } }

  /// - Parameter start: in UTC.
  init(start: String = "2026-06-01T00:00:00Z", rules: [ReminderRule]? = nil) throws {
    let rules = try rules ?? World.standard
    let start = try #require(Instant(rfc3339: start))
    let clock = ManualClock(now: start)
    let test = TestScheduler(
      clock: clock, configuration: World.configuration, executors: ReminderDesk.executors)
    let phones = Phones(clock: clock)
    World.setUp(test, phones, rules)
    self.init(test: test, phones: phones, rules: rules)
  }

  init(test: TestScheduler, phones: Phones, rules: [ReminderRule]) {
    self.test = test
    self.phones = phones
    self.rules = rules
  }

  /// Sessions that live for an hour: renewing them every few seconds of three months would take most of a test's time.
  static var configuration: SchedulerConfiguration {
    SchedulerConfiguration(
      node: "test", sessionLifetime: .seconds(3_600), pollInterval: .seconds(86_400),
      historyRetention: .seconds(400 * 86_400))
  }

  static func setUp(_ test: TestScheduler, _ phones: any MessageService, _ rules: [ReminderRule]) {
    let desk = ReminderDesk(
      rules: rules, messages: phones, composer: MessageComposer(template: MessageTemplate(id: "template")))
    test.setUp { desk.register(on: $0) }
  }

  var desk: RegistrationDesk { RegistrationDesk(scheduler: self.test.scheduler, rules: self.rules) }

  @discardableResult
  func register(
    _ openID: String = "oX1", exam: String = "cet6", at local: String, in zone: String = "Asia/Shanghai"
  ) async throws -> RegistrationDesk.Outcome {
    try await self.desk.register(
      RegistrationWish(
        openID: openID, exam: exam, title: "大学英语六级", language: .chinese,
        local: #require(LocalTime(local)), zone: zone)
    ).outcome
  }

  @discardableResult
  func move(exam: String = "cet6", to local: String, in zone: String = "Asia/Shanghai") async throws
    -> RegistrationDesk.MoveReport
  {
    try await self.desk.move(exam: exam, to: #require(LocalTime(local)), zone: zone)
  }

  func advance(to text: String) async throws {
    await self.test.advance(to: try #require(Instant(rfc3339: text)))
  }

  func view(_ openID: String = "oX1") async throws -> RegistrationView {
    try #require(try await self.desk.registrations(of: openID).first)
  }

  /// The messages that arrived: what was told, and when, at the exam's place.
  func arrivals(in zone: String = "Asia/Shanghai") throws -> [String] {
    let zone = try ZoneDatabase.system.zone(zone)
    return self.phones.arrivals.map { "\($0.told) at \(LocalTime($0.at, in: zone))" }
  }
}
