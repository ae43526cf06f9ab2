import Testing

@testable import Almanac

@Suite("Quartz within a fold")
struct QuartzFoldTests {
  private static let expression = "0 4/15 1 * * ?"
  private static let zone = "Antarctica/Troll"

  private func instant(_ text: String) throws -> Instant { try #require(Instant(rfc3339: text)) }

  @Test("a trigger fires at the same instants, wherever within the fold it is asked")
  func oneSet() throws {
    let trigger = try Trigger.cron(Self.expression, dialect: .quartz, in: Self.zone)
    let fire = try instant("2019-10-27T01:04:00+00:00")
    for asked in ["2019-10-27T00:59:00+02:00", "2019-10-27T01:00:00+02:00", "2019-10-27T01:46:08+02:00"] {
      #expect(trigger.next(after: try instant(asked)) == fire, "\(asked)")
    }
    #expect(trigger.last(onOrBefore: fire) == fire)
  }

  @Test("a question in Quartz's dialect is answered as Quartz does, from the second round on")
  func question() throws {
    func first(dialect: String, spec: JSONValue) throws -> JSONValue? {
      let asked: JSONValue = "2019-10-27T01:46:08+02:00"
      let question = try TriggerQuestion(
        json: ["dialect": .string(dialect), "spec": spec, "tz": .string(Self.zone), "from": asked])
      guard case .array(let fires)? = question.answer()["fires"] else { return nil }
      return fires.first
    }
    let spec: JSONValue = .string(Self.expression)
    #expect(try first(dialect: "quartz", spec: spec) == "2019-10-27T01:49:00+00:00")
    // In a combination it is a trigger like any other.
    let combined: JSONValue = ["triggers": [["dialect": "quartz", "spec": spec]]]
    #expect(try first(dialect: "aps-or", spec: combined) == "2019-10-27T01:04:00+00:00")
  }
}
