import Almanac
import AlmanacTesting
import Foundation
import Hummingbird
import HummingbirdTesting
import Testing

@testable import ExamReminder

@Suite("The routes", .timeLimit(.minutes(2)))
struct WebTests {
  private struct Registered: Decodable {
    var outcome: RegistrationDesk.Outcome
    var registration: RegistrationView
  }

  private struct Listed: Decodable {
    var openID: String
    var registrations: [RegistrationView]
  }

  /// A world and its routes.
  private func with(_ body: @escaping @Sendable (World, any TestClientProtocol) async throws -> Void) async throws {
    let world = try World()
    try await world.test.run {
      try await Application(router: Routes(desk: world.desk).router()).test(.router) { try await body(world, $0) }
    }
  }

  private static let wish: [String: JSONValue] = [
    "openID": "oX1", "exam": "cet6", "title": "CET-6", "time": "2026-06-13T09:00", "zone": "Asia/Shanghai",
  ]

  private static func body(_ value: JSONValue) throws -> ByteBuffer {
    ByteBuffer(bytes: try JSONEncoder().encode(value))
  }

  private static func decode<Value: Decodable>(_ type: Value.Type, _ response: TestResponse) throws -> Value {
    try JSONDecoder().decode(type, from: Data(response.body.readableBytesView))
  }

  @Test("register, look, move, cancel")
  func whole() async throws {
    try await self.with { world, client in
      let wish = try Self.body(.object(Self.wish))
      try await client.execute(uri: "/registrations", method: .post, body: wish) { response in
        #expect(response.status == .created)
        let answer = try Self.decode(Registered.self, response)
        #expect(answer.outcome == .registered)
        #expect(answer.registration.id == "cet6.oX1")
        #expect(
          answer.registration.coming.map(\.instant) == ["2026-06-12T20:00:00+08:00", "2026-06-13T07:00:00+08:00"])
      }
      try await client.execute(uri: "/registrations", method: .post, body: wish) { response in
        #expect(response.status == .ok)
        let answer = try Self.decode(Registered.self, response)
        #expect(answer.outcome == .unchanged)
      }
      let later = try Self.body(["time": "2026-06-14T09:00", "zone": "Asia/Shanghai"])
      try await client.execute(uri: "/exams/cet6", method: .put, body: later) { response in
        let report = try Self.decode(RegistrationDesk.MoveReport.self, response)
        #expect(report == RegistrationDesk.MoveReport(moved: 1, unchanged: 0, atOnce: true))
      }
      try await world.advance(to: "2026-06-13T13:00:00Z")
      try await client.execute(uri: "/users/oX1/reminders", method: .get) { response in
        let listed = try Self.decode(Listed.self, response)
        #expect(listed.registrations.map(\.past.count) == [1])
        #expect(listed.registrations.first?.past.first?.outcome == .sent)
        #expect(listed.registrations.first?.coming.map(\.rule) == ["2h"])
      }
      try await client.execute(uri: "/registrations/cet6.oX1", method: .delete) { #expect($0.status == .noContent) }
      try await client.execute(uri: "/registrations/cet6.oX1", method: .delete) { #expect($0.status == .notFound) }
      try await client.execute(uri: "/registrations/cet6.oX1/send-again", method: .post) { response in
        #expect(response.status == .notFound)
      }
      try await client.execute(uri: "/users/oX9/reminders", method: .get) { response in
        let listed = try Self.decode(Listed.self, response)
        #expect(listed.registrations.isEmpty)
      }
      try await client.execute(uri: "/", method: .get) { response in
        #expect(String(buffer: response.body).contains("考试提醒"))
      }
      try await client.execute(uri: "/health", method: .get) { #expect($0.status == .ok) }
    }
  }

  @Test(
    "what is wrong is said by its field, in the language that the client takes",
    arguments: [
      ("openID", JSONValue.null, "缺少此字段", "is missing"), ("openID", 7, "必须是文本", "must be a text"),
      ("exam", "a.b", "只能包含", "may hold 1 to 64 letters"), ("title", "", "须为 1 到 60", "must have 1 to 60"),
      ("title", "two\nlines", "控制字符", "control character"), ("time", "13 June", "不是有效的当地时间", "is no local time"),
      ("time", "2026-05-13T09:00", "考试时间已过", "is in the past"), ("zone", "Asia/Peking", "不是已知的时区", "is no time zone"),
      ("language", "fr", "应为 zh 或 en", "is neither zh nor en"),
    ] as [(String, JSONValue, String, String)])
  func wrong(field: String, value: JSONValue, chinese: String, english: String) async throws {
    try await self.with { _, client in
      var wish = Self.wish
      wish[field] = value
      let body = try Self.body(.object(wish))
      for (accepted, reason) in [
        ("zh-CN,zh;q=0.9,en;q=0.8", chinese), ("en-GB", english), ("fr, zh;q=0.2, en;q=0.7", english),
      ] {
        try await client.execute(
          uri: "/registrations", method: .post, headers: [.acceptLanguage: accepted], body: body
        ) { response in
          #expect(response.status == .badRequest)
          let refusal = try Self.decode(Refusal.Body.self, response)
          #expect(refusal.fields.map(\.field) == [field])
          #expect(refusal.fields.first?.reason.contains(reason) == true, "\(refusal)")
        }
      }
    }
  }

  @Test("every mistake is told at once, and what is no JSON is none")
  func many() async throws {
    try await self.with { _, client in
      try await client.execute(uri: "/registrations", method: .post, body: ByteBuffer(string: "{}")) { response in
        let refusal = try Self.decode(Refusal.Body.self, response)
        #expect(refusal.fields.map(\.field) == ["openID", "exam", "title", "time", "zone"])
      }
      for text in ["", "[]", "not JSON", "\u{0}"] {
        try await client.execute(uri: "/exams/cet6", method: .put, body: ByteBuffer(string: text)) { response in
          #expect(response.status == .badRequest)
          let refusal = try Self.decode(Refusal.Body.self, response)
          #expect(refusal.fields.map(\.field) == ["body"])
        }
      }
      let gap: JSONValue = ["time": "2027-03-28T02:30", "zone": "Europe/Berlin"]
      try await client.execute(uri: "/exams/cet6", method: .put, body: try Self.body(gap)) { response in
        #expect(response.status == .badRequest)
        #expect(String(buffer: response.body).contains("jump over"))
      }
    }
  }
}
