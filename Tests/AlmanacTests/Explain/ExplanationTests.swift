import Foundation
import Testing

@testable import Almanac

@Suite("Triggers are told as people tell them")
struct ExplanationTests {
  /// An expression and what is said of it.
  struct Golden: CustomTestStringConvertible {
    let dialect: String
    let zone: String
    let expression: String
    let english: String
    let chinese: String

    init(_ dialect: String, _ zone: String, _ expression: String, _ english: String, _ chinese: String) {
      (self.dialect, self.zone, self.expression) = (dialect, zone, expression)
      (self.english, self.chinese) = (english, chinese)
    }

    var testDescription: String { "\(dialect) \(expression) \(zone)" }
  }

  @Test("the goldens, in both languages", arguments: Golden.crons + Golden.others)
  func golden(_ golden: Golden) throws {
    let spec: JSONValue =
      golden.expression.hasPrefix("{")
      ? try JSONDecoder().decode(JSONValue.self, from: Data(golden.expression.utf8)) : .string(golden.expression)
    let trigger = try TriggerQuestion.trigger(dialect: golden.dialect, spec: spec, zone: golden.zone)
    #expect(trigger.explanation(in: .english) == golden.english)
    #expect(trigger.explanation(in: .chinese) == golden.chinese)
  }
}
