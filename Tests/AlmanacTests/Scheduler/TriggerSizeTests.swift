import AlmanacTesting
import Foundation
import Testing

@testable import Almanac

@Suite("A trigger that would make a job's record too large is refused")
struct TriggerSizeTests {
  /// A calendar of so many single days, none beside another.
  private func days(_ count: Int) throws -> DayCalendar {
    let first = try #require(CivilDate(text: "2026-01-01")).daysSinceEpoch
    return DayCalendar(.days((0..<count).map { first + 2 * $0...first + 2 * $0 }))
  }

  private func refusal(_ body: () async throws -> some Sendable) async -> SchedulerError? {
    do {
      _ = try await body()
      return nil
    } catch {
      return error as? SchedulerError
    }
  }

  @Test("added, said anew, alone or inside of another trigger")
  func refused() async throws {
    let scheduler = TestWorld().scheduler
    let usual = try Trigger.cron("0 9 * * *").excluding(try self.days(1_000))
    let large = try Trigger.cron("0 9 * * *").excluding(try self.days(40_000))
    try await scheduler.add(Tick(), trigger: usual, id: "a")
    for trigger in [large, try Trigger.anyOf([.at(.at(1)), large]), large.starting(at: .at(1))] {
      let error = await self.refusal { try await scheduler.add(Tick(), trigger: trigger, id: "b") }
      #expect(error?.code == .triggerTooLarge)
      #expect(error?.message.contains("at most 262144 are allowed") == true, "\(error?.message ?? "")")
    }
    #expect(await self.refusal { try await scheduler.reschedule("a", trigger: large) }?.code == .triggerTooLarge)
    #expect(try await scheduler.job("a")?.trigger == usual)
    #expect(try await scheduler.job("b") == nil)
  }

  @Test("the limit is the configuration's, and a job that is beyond it by now can still be changed")
  func configured() async throws {
    let world = TestWorld(configuration: SchedulerConfiguration(maximumTrigger: 2_000))
    let large = try Trigger.cron("0 9 * * *").excluding(try self.days(1_000))
    #expect(
      await self.refusal { try await world.scheduler.add(Tick(), trigger: large, id: "a") }?.code == .triggerTooLarge)
    let generous = Scheduler(store: world.store)
    try await generous.add(Tick(), trigger: large, id: "a")
    try await world.scheduler.modify("a") { $0.title = "renamed" }
    #expect(try await world.scheduler.job("a")?.title == "renamed")
  }

  @Test("the size that is told is that of the encoded form, exactly at the limit and beyond")
  func exact() throws {
    let trigger = try Trigger.cron("0 9 * * *").only(on: try self.days(500))
    let size = try JSONEncoder().encode(trigger).count
    #expect(trigger.encodedSize(beyond: size) == nil)
    #expect(trigger.encodedSize(beyond: size - 1) == size)
  }

  @Test("no trigger is measured as so small that its encoding is not looked at")
  func rough() throws {
    var samples = TriggerSamples(seed: 3)
    for _ in 0..<200 {
      guard let (trigger, text) = try samples.cron(in: samples.zone()) else { continue }
      let size = try JSONEncoder().encode(trigger).count
      #expect(trigger.roughSize * 8 >= size, "\(text)")
    }
    let others = [
      .at(.at(1)), try Trigger.every(.seconds(1)), try Trigger.cron("0 9 * * *").limited(to: 3),
      try Trigger.recurrence("FREQ=DAILY", from: "2026-01-01T09:00:00", in: "UTC"),
      try Trigger.every(.seconds(1)).shifted(to: .nextBusinessDay, by: .mondayToFriday),
      try Trigger.onCalendar("Mon..Fri 09:00", in: "UTC"), try Trigger.calendarInterval(months: 1, from: "2026-01-31"),
    ]
    for trigger in others {
      #expect(trigger.roughSize * 8 >= (try JSONEncoder().encode(trigger)).count, "\(trigger)")
    }
  }
}
