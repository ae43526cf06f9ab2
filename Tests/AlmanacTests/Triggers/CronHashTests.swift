import Foundation
import Testing

@testable import Almanac

@Suite("H in cron expressions")
struct CronHashTests {
  private func pattern(_ expression: String, _ seed: String, _ dialect: CronDialect = .ocps) throws -> CivilPattern {
    try dialect.parse(expression, seed: seed).pattern
  }

  @Test("the values that a seed chooses are the same for ever")
  func golden() throws {
    // FNV-1a over the seed, a zero byte and the name of the field, mixed, modulo the number of values.
    let pattern = try pattern("H * * * *", "nightly-backup")
    #expect(pattern.minutes == 1 << 14)
    let seconds = try self.pattern("H * * * * *", "nightly-backup")
    #expect(seconds.seconds == 1 << 10)
  }

  @Test("H is the same as the value it chooses, in every field and both dialects")
  func sameAsValue() throws {
    for number in 0..<300 {
      let seed = "job \(number)"
      let hash = CronHash(seed: seed)
      let minute = hash.number(for: .minute, below: 60)
      let hour = hash.number(for: .hour, below: 24)
      let day = hash.number(for: .dayOfMonth, below: 28) + 1
      let month = hash.number(for: .month, below: 12) + 1
      let weekday = hash.number(for: .weekday, below: 7)
      for dialect in [CronDialect.ocps, .crontab] {
        #expect(
          try pattern("H H H H H", seed, dialect)
            == dialect.parse("\(minute) \(hour) \(day) \(month) \(weekday)").pattern)
        let within = 30 + hash.number(for: .minute, below: 10)
        let first = hash.number(for: .minute, below: 15)
        let part = 2 + hash.number(for: .hour, below: 3)
        #expect(
          try pattern("H(30-39) H(2-20)/3 * * *", seed, dialect)
            == dialect.parse("\(within) \(part)-20/3 * * *").pattern)
        #expect(try pattern("H/15 * * * *", seed, dialect) == dialect.parse("\(first)-59/15 * * * *").pattern)
        #expect(try pattern("H,5 * * * *", seed, dialect) == dialect.parse("\(minute),5 * * * *").pattern)
        #expect(
          try pattern("h * * * H(1-5)", seed, dialect)
            == dialect.parse("\(minute) * * * \(1 + hash.number(for: .weekday, below: 5))").pattern)
      }
    }
  }

  @Test("jobs spread over the hour")
  func spread() throws {
    var counts = [Int](repeating: 0, count: 60)
    for number in 0..<6_000 { counts[CronHash(seed: "job-\(number)").number(for: .minute, below: 60)] += 1 }
    #expect(counts.allSatisfy { (50...150).contains($0) }, "\(counts)")
  }

  @Test(
    "what is wrong is said, with its place",
    arguments: [
      ("H(40-30) * * * *", 1, "backwards"), ("H(10-20 * * * *", 8, "ends too early"), ("H/61 * * * *", 2, "larger"),
      ("H(5-61) * * * *", 5, "out of range"), ("0 0 0 1 1 * H", 13, "year"), ("HX * * * *", 1, "unexpected"),
      ("0 H(1) * * *", 6, "unexpected"), ("H/0 * * * *", 3, "step of 0"),
    ])
  func failures(expression: String, column: Int, text: String) throws {
    do {
      _ = try Trigger.cron(expression, hash: "x")
      Issue.record("\(expression) was accepted")
    } catch let error as TriggerParseError {
      #expect(error.description.contains(text), "\(error)")
      #expect(error.column == column, "\(error)")
    }
  }

  @Test("without a seed, H is an error that says so; other dialects have none")
  func unseeded() throws {
    for dialect in [CronDialect.ocps, .crontab] {
      do {
        _ = try Trigger.cron("0 H * * *", dialect: dialect)
        Issue.record("H was accepted")
      } catch let error as TriggerParseError {
        #expect(error.column == 3)
        #expect(error.description.contains("seed"))
      }
    }
    #expect(throws: TriggerError.self) { try Trigger.cron("0 0 H * * ?", dialect: .quartz, hash: "x") }
    #expect(throws: TriggerParseError.self) { try Trigger.cron("0 0 H * * ?", dialect: .quartz) }
  }

  @Test("expression and seed are stored, and a form without the seed is unreadable")
  func coding() throws {
    let trigger = try Trigger.cron("H 4 * * *", in: "Asia/Tokyo", hash: "nightly-backup")
    #expect(trigger.json["hash-seed"] == "nightly-backup")
    #expect(trigger.json["expression"] == "H 4 * * *")
    #expect(Trigger(json: trigger.json) == trigger)
    #expect(Trigger(json: trigger.json).next(after: .distantPast) == trigger.next(after: .distantPast))
    #expect(trigger != (try .cron("H 4 * * *", in: "Asia/Tokyo", hash: "other")))
    let bare = Trigger(json: ["kind": "cron", "expression": "H 4 * * *", "dialect": "ocps", "zone": "UTC"])
    #expect(bare.unreadableReason?.contains("seed") == true)
    #expect(TriggerLawTests.violation(of: trigger, from: Instant(microsecondsSinceEpoch: 0)) == nil)
  }
}
