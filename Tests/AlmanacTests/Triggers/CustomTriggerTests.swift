import Foundation
import Testing

@testable import Almanac

@Suite("Custom triggers")
struct CustomTriggerTests {
  /// Every second whose count since the epoch is a square.
  struct Squares: CustomTrigger {
    static let kindName = "test-squares"
    var most: Int64

    func next(after instant: Instant) -> Instant? {
      let root = instant.secondsSinceEpoch < 0 ? -1 : Int64(Double(instant.secondsSinceEpoch).squareRoot())
      return root + 1 <= most ? Instant(secondsSinceEpoch: (root + 1) * (root + 1)) : nil
    }

    func last(onOrBefore instant: Instant) -> Instant? {
      guard instant.secondsSinceEpoch >= 0 else { return nil }
      let root = min(most, Int64(Double(instant.secondsSinceEpoch).squareRoot()))
      return Instant(secondsSinceEpoch: root * root)
    }
  }

  struct Stuck: CustomTrigger {
    static let kindName = "test-stuck"
    func next(after instant: Instant) -> Instant? { instant }
    func last(onOrBefore instant: Instant) -> Instant? { instant + .seconds(1) }
    var zones: [String] { ["Europe/Paris", "Asia/Tokyo", "Europe/Paris"] }
  }

  struct Unregistered: CustomTrigger {
    static let kindName = "test-unregistered"
    func next(after instant: Instant) -> Instant? { nil }
    func last(onOrBefore instant: Instant) -> Instant? { nil }
  }

  struct Latecomer: CustomTrigger {
    static let kindName = "test-latecomer"
    var offset: Int64
    func next(after instant: Instant) -> Instant? { instant + .seconds(offset) }
    func last(onOrBefore instant: Instant) -> Instant? { instant }
  }

  struct Impostor: CustomTrigger {
    static let kindName = "test-squares"
    func next(after instant: Instant) -> Instant? { nil }
    func last(onOrBefore instant: Instant) -> Instant? { nil }
  }

  @Test("it fires as the value says, obeys the laws and survives its encoded form")
  func squares() throws {
    try TriggerKinds.register(Squares.self)
    try TriggerKinds.register(Squares.self)
    let trigger = try Trigger.custom(Squares(most: 1_000))
    for second in [-5, 0, 1, 77, 999_999] as [Int64] {
      #expect(TriggerLawTests.violation(of: trigger, from: Instant(secondsSinceEpoch: second)) == nil)
    }
    #expect(trigger.json == ["kind": "custom", "name": "test-squares", "value": ["most": 1_000]])
    let decoded = try JSONDecoder().decode(Trigger.self, from: JSONEncoder().encode(trigger))
    #expect(decoded == trigger)
    #expect(decoded.next(after: Instant(secondsSinceEpoch: 50)) == Instant(secondsSinceEpoch: 64))
    #expect(trigger.zoneDataVersion == nil)
    let bounded = try trigger.starting(at: Instant(secondsSinceEpoch: 10)).limited(to: 2)
    #expect(bounded.last(onOrBefore: .distantFuture) == Instant(secondsSinceEpoch: 25))
    #expect(Trigger(json: bounded.json) == bounded)
    var members = trigger.json
    if case .object(var object) = members {
      object["colour"] = "red"
      members = .object(object)
    }
    #expect(Trigger(json: members).json == members)
    #expect(throws: TriggerError.self) { try TriggerKinds.register(Impostor.self) }
  }

  @Test("a kind that is not registered is unreadable and kept; registered, it comes alive")
  func registration() throws {
    let stored = try Trigger.custom(Unregistered()).json
    #expect(Trigger(json: stored).unreadableReason?.contains("test-unregistered") == true)
    #expect(Trigger(json: stored).json == stored)
    let late: JSONValue = ["kind": "custom", "name": "test-latecomer", "value": ["offset": 3]]
    let before = Trigger(json: late)
    #expect(!before.isReadable)
    try TriggerKinds.register(Latecomer.self)
    #expect(!before.isReadable)
    #expect(Trigger(json: before.json).next(after: Instant(secondsSinceEpoch: 0)) == Instant(secondsSinceEpoch: 3))
    #expect(!Trigger(json: ["kind": "custom", "name": "test-latecomer", "value": ["offset": "x"]]).isReadable)
    #expect(!Trigger(json: ["kind": "custom", "name": "test-latecomer"]).isReadable)
  }

  @Test("answers that break the laws are taken for none")
  func lawless() throws {
    let trigger = try Trigger.custom(Stuck())
    let instant = Instant(secondsSinceEpoch: 5)
    #expect(trigger.next(after: instant) == nil)
    #expect(trigger.last(onOrBefore: instant) == nil)
    #expect(trigger.count(after: .distantPast, through: .distantFuture, limit: 3) == .exactly(0))
    #expect(trigger.zones == ["Asia/Tokyo", "Europe/Paris"])
  }
}
