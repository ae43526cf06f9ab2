import Almanac
import AlmanacTesting
import AsyncHTTPClient
import Hummingbird
import HummingbirdTesting
import Logging
import Synchronization
import Testing
import WeChatStandIn

@testable import ExamReminder

@Suite("WeChat's client, against the stand-in", .timeLimit(.minutes(2)))
struct ClientTests {
  /// A client, a stand-in on a port of this machine, and a message that is right.
  private func with(
    _ standIn: StandIn = StandIn(), secret: String = "stand-in-secret", timeout: Duration = .seconds(5),
    clock: any SchedulerClock = SystemClock(), _ body: @escaping @Sendable (WeChatClient, StandIn) async throws -> Void
  ) async throws {
    var logger = Logger(label: "stand-in") { _ in SwiftLogNoOpLogHandler() }
    logger.logLevel = .critical
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: WeChatClient.configuration)
    do {
      try await standIn.application(logger: logger).test(.live) { server in
        let client = WeChatClient(
          http: http, baseURL: "http://localhost:\(server.port ?? 0)", appID: standIn.appID, secret: Secret(secret),
          timeout: timeout, clock: clock)
        try await body(client, standIn)
      }
    } catch {
      try? await http.shutdown()
      throw error
    }
    try await http.shutdown()
  }

  private func message(
    to openID: String = "oX1", _ change: (inout WeChatMessage) -> Void = { _ in }
  ) throws -> WeChatMessage {
    let registration = Registration(
      openID: openID, exam: "cet6", title: "大学英语六级考试(2026年上半年)笔试", language: .chinese,
      time: ExamTime(local: try #require(LocalTime("2026-06-13T09:00")), zone: "Asia/Shanghai", since: .distantPast))
    let template = MessageTemplate(id: "stand-in-template", page: "pages/exam?id=cet6", state: "trial")
    var message = MessageComposer(template: template).message(to: registration)
    change(&message)
    return message
  }

  @Test("a message that is right is sent, and many of them with one token")
  func sends() async throws {
    let message = try self.message()
    try await self.with { client, standIn in
      #expect(await client.send(message) == .sent(messageID: "9000001"))
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<10 { group.addTask { _ = await client.send(message) } }
      }
      #expect(standIn.counts == StandIn.Counts(tokens: 1, made: 1, sends: 11, complaints: 0))
      #expect(standIn.sent.first?.values["thing1"]?.utf16.count == 20)
      #expect(standIn.sent.first?.values["time2"] == "2026年6月13日 09:00")
    }
  }

  @Test("of many who need the first token one asks for it")
  func oneToken() async throws {
    let message = try self.message()
    try await self.with { client, standIn in
      await withTaskGroup(of: Void.self) { group in
        for _ in 0..<20 { group.addTask { _ = await client.send(message) } }
      }
      #expect(standIn.sent.count == 20)
      #expect(standIn.counts.tokens == 1)
    }
  }

  @Test("a token is asked for anew before it expires, and after it was refused")
  func tokens() async throws {
    let message = try self.message()
    let clock = ManualClock()
    try await self.with(clock: clock) { client, standIn in
      _ = await client.send(message)
      clock.advance(by: .seconds(7_200 - 301))
      _ = await client.send(message)
      #expect(standIn.counts.tokens == 1)
      clock.advance(by: .seconds(2))
      _ = await client.send(message)
      #expect(standIn.counts.tokens == 2)
      #expect(standIn.counts.made == 1)
      standIn.expireToken()
      #expect(await client.send(message) == .sent(messageID: "9000004"))
      #expect(standIn.counts == StandIn.Counts(tokens: 3, made: 2, sends: 5, complaints: 0))
      for code in [40_014, 42_001] {
        standIn.expect([.code(code)])
        guard case .sent = await client.send(message) else {
          Issue.record("not sent after \(code)")
          continue
        }
      }
      standIn.expect([.code(40_001), .code(40_001)])
      #expect(await client.send(message) == .busy(code: 40_001))
    }
  }

  @Test("without a token nothing is sent, and nobody hears the secret")
  func noToken() async throws {
    let message = try self.message()
    try await self.with(secret: "a-wrong-secret") { client, standIn in
      guard case .notSent(let reason) = await client.send(message) else {
        Issue.record("sent with a wrong secret")
        return
      }
      #expect(reason.contains("40125"))
      #expect(!reason.contains("a-wrong-secret"))
      for trouble in [StandIn.Trouble.status(500), .cutBefore, .code(-1)] {
        standIn.expectOfTokens([trouble])
        guard case .notSent = await client.send(message) else {
          Issue.record("\(trouble)")
          continue
        }
      }
      #expect(standIn.counts.sends == 0)
    }
  }

  @Test("every answer is told from the others")
  func answers() async throws {
    let message = try self.message()
    let other = try self.message(to: "oX2")
    let wrong = try [
      (self.message(to: "o X"), 40_003), (self.message { $0.templateID = "other" }, 40_037),
      (self.message { $0.page = "https://example.org" }, 41_030), (self.message { $0.state = "beta" }, 47_003),
      (self.message { $0.language = "fr" }, 47_003), (self.message { $0.data["thing4"] = .init(value: "x") }, 47_003),
      (self.message { $0.data["thing1"] = .init(value: String(repeating: "长", count: 21)) }, 47_003),
      (self.message { $0.data["time2"] = .init(value: "next Monday") }, 47_003),
    ]
    try await self.with { client, standIn in
      standIn.refuse("oX2")
      #expect(await client.send(other) == .refused(code: 43_101))
      for (message, code) in wrong {
        guard case .rejected(code, let reason) = await client.send(message) else {
          Issue.record("\(message) was not rejected with \(code)")
          continue
        }
        #expect(!reason.isEmpty)
      }
      standIn.expect([.code(45_009), .code(-1), .code(43_101), .code(47_003), .status(502)])
      #expect(await client.send(message) == .limited(code: 45_009))
      #expect(await client.send(message) == .busy(code: -1))
      #expect(await client.send(message) == .refused(code: 43_101))
      guard case .rejected(47_003, _) = await client.send(message) else {
        Issue.record("47003")
        return
      }
      #expect(await client.send(message) == .notSent(reason: "status 502"))
      #expect(standIn.sent.isEmpty)
      #expect(standIn.counts.complaints == wrong.count)
    }
  }

  @Test("where the connection is cut or no answer comes in time, nobody knows, and nothing is sent again")
  func unknown() async throws {
    let message = try self.message()
    try await self.with(timeout: .seconds(2)) { client, standIn in
      _ = await client.send(message)
      for trouble in [StandIn.Trouble.cutBefore, .cutAfter, .slow(milliseconds: 6_000)] {
        standIn.expect([trouble])
        guard case .unknown(let reason) = await client.send(message) else {
          Issue.record("\(trouble)")
          continue
        }
        #expect(!reason.contains("token-"))
      }
      // The first one, the one whose answer was cut off, and the slow one.
      #expect(standIn.sent.count == 3)
      #expect(standIn.counts.sends == 4)
    }
  }

  @Test("where nobody listens, nothing was sent")
  func nobody() async throws {
    let message = try self.message()
    let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: WeChatClient.configuration)
    // A port that was given to a server and is free again.
    let port = Mutex(0)
    try await self.with { client, _ in _ = await client.send(message) }
    let standIn = StandIn()
    try await standIn.application(logger: Logger(label: "x") { _ in SwiftLogNoOpLogHandler() }).test(.live) { server in
      port.withLock { $0 = server.port ?? 0 }
    }
    let client = WeChatClient(
      http: http, baseURL: "http://127.0.0.1:\(port.withLock { $0 })", appID: standIn.appID,
      secret: Secret(standIn.secret))
    guard case .notSent = await client.send(message) else {
      Issue.record("sent to nobody")
      return
    }
    try await http.shutdown()
  }
}
