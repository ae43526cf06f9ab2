import Foundation
import Testing

@testable import Almanac

@Suite("Stored triggers that nobody wrote", .aside)
struct TriggerJSONFuzzTests {
  private static let valid: [JSONValue] = [
    ["kind": "at", "at": "2026-01-31T09:30:00Z"],
    ["kind": "interval", "microseconds": 90_000_000, "anchor": "2026-01-01T00:00:00Z", "implicit-anchor": true],
    ["kind": "cron", "expression": "0 4 * * MON-FRI", "dialect": "ocps", "zone": "Asia/Shanghai", "gap": "skip"],
    ["kind": "cron", "expression": "H 4 * * *", "dialect": "crontab", "zone": "UTC", "hash-seed": "a"],
    ["kind": "aps-cron", "fields": ["day": "2nd tue", "hour": "7"], "zone": "Asia/Tokyo", "fold": "last"],
    ["kind": "on-calendar", "expression": "*-*~1 02:30", "zone": "Pacific/Chatham"],
    [
      "kind": "recurrence", "first": "2026-01-31T02:30:00", "rule": "FREQ=DAILY;COUNT=9", "zone": "UTC",
      "except": ["2026-02-01T02:30:00"], "also": ["2027-01-01"],
    ],
    ["kind": "calendar-interval", "months": 1, "days": 2, "hour": 3, "first-day": "2026-01-31", "zone": "UTC"],
    ["kind": "limited", "limit": 3, "trigger": ["kind": "interval", "microseconds": 7, "anchor": 5]],
    ["kind": "any-of", "triggers": [["kind": "at", "at": 5], ["kind": "interval", "microseconds": 60_000_000]]],
    [
      "kind": "all-of",
      "triggers": [
        ["kind": "cron", "expression": "0 0 1 1 *", "dialect": "ocps", "zone": "UTC"],
        ["kind": "interval", "microseconds": 1_800_000_000, "anchor": "2026-01-01T00:00:00Z"],
      ],
    ],
  ]

  private static let awkward: [JSONValue] = [
    nil, true, 0, -1, 1, .integer(.max), .integer(.min), 1_000_001, 0.5, .number(1e300), "", "UTC", "9", [], [:], [nil],
    "9999-12-31T23:59:59.999999-23:59", "0000-01-01T00:00:00Z", "0001-01-01", "9999-12-31", "skip", "at", "cron",
    "any-of", "Europe/Berln", "\u{0}", .string(String(repeating: "9", count: 5_000)),
  ]

  private func mutated(_ value: JSONValue, _ texts: inout FuzzTexts) -> JSONValue {
    if texts.number(0...7) == 0 { return texts.pick(Self.awkward) }
    switch value {
    case .object(var members):
      guard let key = members.keys.sorted().randomElement(using: &texts.generator) else { return value }
      switch texts.number(0...9) {
      case 0: members[key] = nil
      case 1: members["start"] = texts.pick(Self.awkward)
      case 2: members["end"] = texts.pick(Self.awkward)
      case 3:
        members[texts.pick(["limit", "trigger", "triggers", "years", "weeks", "second", "x"])] = texts.pick(
          Self.awkward)
      default: members[key] = mutated(members[key] ?? nil, &texts)
      }
      return .object(members)
    case .array(var elements):
      guard !elements.isEmpty else { return value }
      let place = texts.number(0...elements.count - 1)
      elements[place] = texts.number(0...2) == 0 ? texts.pick(Self.valid) : mutated(elements[place], &texts)
      return .array(elements)
    case .string(let text): return .string(texts.mutation(of: [text, text, "2026-01-01T00:00:00Z"]))
    default: return texts.pick(Self.awkward)
    }
  }

  @Test("keep what they were read from, and answer at the ends of time", arguments: PropertySeeds.all)
  func anyJSON(seed: UInt64) throws {
    var texts = FuzzTexts(seed: seed)
    var wrong: [String] = []
    var readable = 0
    for round in 0..<3_000 {
      var json = round < Self.valid.count ? Self.valid[round] : texts.pick(Self.valid)
      if round >= Self.valid.count { for _ in 0..<texts.number(1...3) { json = mutated(json, &texts) } }
      let trigger = Trigger(json: json)
      if trigger.isReadable {
        readable += 1
        // As it is stored: an interval that has no anchor yet counts from whatever it is asked about.
        let stored = trigger.anchored(at: Instant(secondsSinceEpoch: 5))
        if let problem = ExpressionFuzzTests.problem(of: stored) { wrong.append("\(json): \(problem)") }
        let anchored = trigger.anchored(at: texts.pick([.distantPast, .distantFuture, Instant(secondsSinceEpoch: 5)]))
        _ = anchored.next(after: .distantPast)
        _ = anchored.last(onOrBefore: .distantFuture)
        if !anchored.hasSameRule(as: trigger) && trigger.kind != "limited" {
          wrong.append("\(json): anchored to another")
        }
      } else if trigger.json != json {
        wrong.append("\(json) was not kept")
      }
    }
    #expect(wrong.isEmpty, "\(wrong.count): \(wrong.prefix(4))\n\(PropertySeeds.again(seed, "TriggerJSONFuzzTests"))")
    #expect(readable > 200)
  }

  @Test("combinations within combinations are refused however deep they go")
  func depth() {
    for kind in ["any-of", "all-of", "limited"] {
      var json: JSONValue = ["kind": "at", "at": 5]
      for _ in 0..<500 {
        json =
          kind == "limited"
          ? ["kind": "limited", "limit": 1, "trigger": json] : ["kind": .string(kind), "triggers": [json]]
      }
      let trigger = Trigger(json: json)
      #expect(!trigger.isReadable)
      #expect(trigger.json == json)
      #expect((trigger.unreadableReason ?? "").utf8.count < 1_000)
    }
  }
}
