import Foundation
import Testing

@testable import Almanac

@Suite("The encoded form of triggers")
struct TriggerCodingTests {
  private func json(_ text: String) throws -> JSONValue {
    try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
  }

  private func roundTrip(_ trigger: Trigger) throws -> Trigger {
    try JSONDecoder().decode(Trigger.self, from: JSONEncoder().encode(trigger))
  }

  @Test(
    "the form of each kind is fixed",
    arguments: [
      (#"{"kind":"at","at":"2026-01-31T09:30:00.000001Z"}"#),
      (#"{"kind":"interval","microseconds":90000000}"#),
      (#"{"kind":"interval","microseconds":90000000,"anchor":"2026-01-01T00:00:00Z","implicit-anchor":true}"#),
      (#"{"kind":"cron","expression":"0 4 * * MON-FRI","dialect":"ocps","zone":"Asia/Shanghai"}"#),
      (#"{"kind":"cron","expression":"0 4 * * 1","dialect":"crontab","zone":"UTC","gap":"skip","fold":"both"}"#),
      (#"{"kind":"cron","expression":"0 4 * * 1","dialect":"ocps","zone":"UTC","start":"2026-01-01T00:00:00Z","end":"2027-01-01T00:00:00Z"}"#),
      (#"{"kind":"at","at":9223372036854775807}"#),
      (#"{"kind":"aps-cron","fields":{"day":"2nd tue","hour":"7"},"zone":"Asia/Tokyo","fold":"last"}"#),
    ])
  func golden(text: String) throws {
    let value = try json(text)
    let trigger = Trigger(json: value)
    #expect(trigger.isReadable, "\(trigger)")
    #expect(trigger.json == value)
    #expect(try roundTrip(trigger) == trigger)
    #expect(try roundTrip(trigger).hashValue == trigger.hashValue)
  }

  @Test("members that this version does not know are kept, also through changes")
  func unknownMembers() throws {
    let value = try json(
      #"{"kind":"cron","expression":"0 4 * * *","dialect":"ocps","zone":"UTC","colour":{"deep":[1,null]},"end":"2030-01-01T00:00:00Z"}"#
    )
    let trigger = Trigger(json: value)
    #expect(trigger.isReadable)
    #expect(trigger.json == value)
    #expect(try roundTrip(trigger).json == value)
    let changed = trigger.ending(at: Instant(microsecondsSinceEpoch: 0))
    #expect(changed.json["colour"] == value["colour"])
    #expect(changed.json["end"] == "1970-01-01T00:00:00Z")
    #expect(
      trigger != Trigger(json: try json(#"{"kind":"cron","expression":"0 4 * * *","dialect":"ocps","zone":"UTC"}"#)))
  }

  @Test(
    "what is not understood is kept as it came and never fires",
    arguments: [
      (#"{"kind":"moon-phase","phase":"full"}"#, "moon-phase"), (#"{"phase":"full"}"#, "kind"), (#""at""#, "object"),
      ("[1]", "object"), (#"{"kind":7}"#, "kind"), (#"{"kind":"at","at":"tomorrow"}"#, "at"),
      (#"{"kind":"cron","expression":"0 4 * * MONN","dialect":"ocps","zone":"UTC"}"#, "MONN"),
      (#"{"kind":"cron","expression":"0 4 * * *","dialect":"klingon","zone":"UTC"}"#, "dialect"),
      (#"{"kind":"cron","expression":"0 4 * * *","dialect":"ocps","zone":"Asia/Shangai"}"#, "Asia/Shanghai"),
      (#"{"kind":"interval","microseconds":0}"#, "microsecond"),
      (#"{"kind":"interval","microseconds":1.5}"#, "microseconds"),
      (#"{"kind":"interval","microseconds":5,"end":"never"}"#, "end"),
    ])
  func unreadable(text: String, reason: String) throws {
    let value = try json(text)
    let trigger = Trigger(json: value)
    #expect(!trigger.isReadable)
    #expect(trigger.unreadableReason?.contains(reason) == true, "\(trigger)")
    #expect(trigger.json == value)
    #expect(try roundTrip(trigger) == trigger)
    #expect(trigger.next(after: .distantPast) == nil)
    #expect(trigger.last(onOrBefore: .distantFuture) == nil)
    #expect(trigger.count(after: .distantPast, through: .distantFuture, limit: 5) == .exactly(0))
    #expect(trigger.ending(at: Instant.distantPast).json == value)
    #expect(trigger.kind == nil)
  }

  @Test("triggers are equal where they say the same")
  func equality() throws {
    let one = try Trigger.cron("0 9 * * *", in: "Europe/Paris")
    #expect(one == (try .cron("0 9 * * *", in: "Europe/Paris")))
    #expect(one != (try .cron("0 9 * * *", in: "Europe/Berlin")))
    #expect(one != (try .cron("0 9 * * *", in: "Europe/Paris", fold: .both)))
    #expect(one != (try .cron("0 9 * * *", dialect: .crontab, in: "Europe/Paris")))
    #expect(Set([one, try .cron("0 9 * * *", in: "Europe/Paris")]).count == 1)
    #expect(one.zones == ["Europe/Paris"])
    #expect(one.zoneDataVersion == ZoneDatabase.system.version)
    #expect(Trigger.at(Instant(microsecondsSinceEpoch: 1)).zoneDataVersion == nil)
  }
}
