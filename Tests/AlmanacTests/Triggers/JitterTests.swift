import Testing

@testable import Almanac

@Suite("Jitter")
struct JitterTests {
  private func at(_ microseconds: Int64) -> Instant { Instant(microsecondsSinceEpoch: microseconds) }

  @Test("the offset of a job and a fire time is the same for ever")
  func golden() {
    let offset = { (job: String, nominal: Int64, maximum: Duration) in
      jitterOffset(job: job.utf8, nominal: at(nominal), maximum: maximum).saturatedMicroseconds
    }
    #expect(offset("", 0, .seconds(60)) == 30_292_058)
    #expect(offset("backup", 1_767_258_000_000_000, .seconds(60)) == 54_234_584)
    #expect(offset("backup", 1_767_344_400_000_000, .seconds(60)) == 13_534_486)
    #expect(offset("backuq", 1_767_258_000_000_000, .seconds(60)) == 47_639_036)
    #expect(offset("backup", -1, .seconds(Int64.max)) == 1_035_906_114_684_392_352)
  }

  @Test("it lies between nothing and the maximum, and before the next fire time")
  func bounds() throws {
    let trigger = try Trigger.cron("* * * * *")
    var generator = SeededGenerator(seed: 3)
    for job in 0..<2_000 {
      let nominal = at(Int64.random(in: 0...4_000_000_000, using: &generator) * 60_000_000)
      let wide = jitterOffset(job: "job \(job)".utf8, nominal: nominal, maximum: .seconds(3_600), of: trigger)
      #expect(wide >= .zero && wide < .seconds(60))
      let narrow = jitterOffset(job: "job \(job)".utf8, nominal: nominal, maximum: .microseconds(3), of: trigger)
      #expect(narrow >= .zero && narrow <= .microseconds(3))
    }
    #expect(jitterOffset(job: [1], nominal: at(5), maximum: .seconds(9), next: at(6)) == .zero)
    #expect(jitterOffset(job: [1], nominal: at(5), maximum: .zero, of: trigger) == .zero)
    #expect(jitterOffset(job: [1], nominal: at(5), maximum: .seconds(-9)) == .zero)
    #expect(jitterOffset(job: [1], nominal: .distantPast, maximum: .seconds(9), next: .distantFuture) <= .seconds(9))
  }

  @Test("jobs and fire times spread evenly")
  func spread() {
    var buckets = [Int](repeating: 0, count: 10)
    for job in 0..<100 {
      for day in 0..<100 {
        let nominal = at(Int64(day) * 86_400_000_000)
        let offset = jitterOffset(job: "job-\(job)".utf8, nominal: nominal, maximum: .microseconds(999_999))
        buckets[Int(offset.saturatedMicroseconds / 100_000)] += 1
      }
    }
    // 1,000 are expected in each; five standard deviations are 150.
    #expect(buckets.allSatisfy { (850...1_150).contains($0) }, "\(buckets)")
  }
}
