import Almanac
import AlmanacTesting
import Testing

@testable import ExamReminder

@Suite("What becomes of a registration, in virtual time", .timeLimit(.minutes(5)))
struct StoryTests {
  @Test("two reminders, each at its local minute, and then it is over")
  func plain() async throws {
    let world = try World()
    try await world.test.run {
      #expect(try await world.register(at: "2026-06-13T09:00") == .registered)
      #expect(try await world.register(at: "2026-06-13T09:00") == .unchanged)
      #expect(try await world.view().coming.map(\.local.description) == ["2026-06-12T20:00", "2026-06-13T07:00"])
      try await world.advance(to: "2026-06-14T00:00:00Z")
      #expect(
        try world.arrivals() == [
          "2026年6月13日 09:00 at 2026-06-12T20:00", "2026年6月13日 09:00 at 2026-06-13T07:00",
        ])
      let view = try await world.view()
      #expect(view.status == .over)
      #expect(view.past.map(\.outcome) == [.sent, .sent])
      #expect(view.past.map(\.rule) == ["2h", "1d@20:00"])
      #expect(view.coming.isEmpty)
    }
  }

  @Test("who registers in the last hours is told at once")
  func late() async throws {
    let world = try World(start: "2026-06-12T16:00:00Z")
    try await world.test.run {
      try await world.register(at: "2026-06-13T09:00")
      await world.test.runUntilQuiet()
      #expect(try world.arrivals() == ["2026年6月13日 09:00 at 2026-06-13T00:00"])
      try await world.advance(to: "2026-06-14T00:00:00Z")
      #expect(world.phones.arrivals.count == 2)
    }
  }

  @Test("cancelled and registered again: everything comes once, also what was sent before")
  func again() async throws {
    let world = try World()
    try await world.test.run {
      try await world.register(at: "2026-06-13T09:00")
      #expect(try await world.desk.cancel(RegistrationID(exam: "cet6", openID: "oX1")))
      #expect(try await world.desk.cancel(RegistrationID(exam: "cet6", openID: "oX1")) == false)
      #expect(try await world.desk.cancel(RegistrationID(exam: "cet6", openID: "oX2")) == false)
      #expect(try await world.view().status == .cancelled)
      #expect(try await world.register(at: "2026-06-13T09:00") == .registered)
      try await world.advance(to: "2026-06-12T13:00:00Z")
      #expect(world.phones.arrivals.count == 1)
      // Again, after the first reminder went out: it is not sent once more.
      _ = try await world.desk.cancel(RegistrationID(exam: "cet6", openID: "oX1"))
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-14T00:00:00Z")
      #expect(
        try world.arrivals() == [
          "2026年6月13日 09:00 at 2026-06-12T20:00", "2026年6月13日 09:00 at 2026-06-13T07:00",
        ])
    }
  }

  @Test("who cancels hears nothing more")
  func cancelled() async throws {
    let world = try World()
    try await world.test.run {
      try await world.register(at: "2026-06-13T09:00")
      _ = try await world.desk.cancel(RegistrationID(exam: "cet6", openID: "oX1"))
      try await world.advance(to: "2026-06-14T00:00:00Z")
      try await world.test.expectNothingRan()
    }
  }

  @Test("moved away and back before anything was sent: as if nothing had been")
  func thereAndBack() async throws {
    let world = try World()
    try await world.test.run {
      try await world.register(at: "2026-06-13T09:00")
      #expect(try await world.move(to: "2026-06-20T14:00").moved == 1)
      #expect(try await world.move(to: "2026-06-20T14:00").unchanged == 1)
      try await world.move(to: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-21T00:00:00Z")
      #expect(
        try world.arrivals() == [
          "2026年6月13日 09:00 at 2026-06-12T20:00", "2026年6月13日 09:00 at 2026-06-13T07:00",
        ])
    }
  }

  @Test("moved away after a reminder and back: it is not sent again, for nothing else was told")
  func toldThereAndBack() async throws {
    let world = try World()
    try await world.test.run {
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-12T12:30:00Z")
      try await world.move(to: "2026-06-20T14:00")
      try await world.advance(to: "2026-06-12T13:00:00Z")
      try await world.move(to: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-21T00:00:00Z")
      #expect(
        try world.arrivals() == [
          "2026年6月13日 09:00 at 2026-06-12T20:00", "2026年6月13日 09:00 at 2026-06-13T07:00",
        ])
    }
  }

  @Test(
    "moved by an hour after the reminder of the evening: the right time is told at once, and the old one again if it holds after all"
  )
  func movedLate() async throws {
    let world = try World()
    try await world.test.run {
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-12T13:00:00Z")
      try await world.move(to: "2026-06-13T10:00")
      try await world.advance(to: "2026-06-12T14:00:00Z")
      try await world.move(to: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-14T00:00:00Z")
      #expect(
        try world.arrivals() == [
          "2026年6月13日 09:00 at 2026-06-12T20:00", "2026年6月13日 10:00 at 2026-06-12T21:00",
          "2026年6月13日 09:00 at 2026-06-12T22:00", "2026年6月13日 09:00 at 2026-06-13T07:00",
        ])
    }
  }

  @Test("an exam that was told and is moved to another week is told anew")
  func anotherWeek() async throws {
    let world = try World()
    try await world.test.run {
      for user in ["oX1", "oX2"] { try await world.register(user, at: "2026-06-13T09:00") }
      try await world.register("oX3", exam: "other", at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-12T13:00:00Z")
      let report = try await world.move(to: "2026-06-20T14:00")
      #expect(report == RegistrationDesk.MoveReport(moved: 2, unchanged: 0, atOnce: true))
      try await world.advance(to: "2026-06-21T00:00:00Z")
      for user in ["oX1", "oX2"] {
        #expect(
          world.phones.arrivals.filter { $0.openID == user }.map(\.told) == [
            "2026年6月13日 09:00", "2026年6月20日 14:00", "2026年6月20日 14:00",
          ])
      }
      #expect(world.phones.arrivals.filter { $0.openID == "oX3" }.count == 2)
    }
  }

  @Test("a message that is not taken is tried again until the exam begins, and then given up")
  func untilTheExam() async throws {
    let world = try World(start: "2026-06-13T00:00:00Z")
    try await world.test.run {
      for _ in 0..<1_000 { world.phones.answer(.notSent(reason: "no connection")) }
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-13T03:00:00Z")
      #expect(world.phones.tries > 10)
      #expect(world.phones.arrivals.isEmpty)
      let past = try await world.view().past
      #expect(past.first?.outcome == .tooLate)
      #expect(past.dropFirst().allSatisfy { $0.outcome == .retrying })
      #expect(try await world.view().status == .over)
    }
  }

  @Test("a message that is taken in the end arrives once")
  func retried() async throws {
    let world = try World()
    try await world.test.run {
      world.phones.answer(.busy(code: -1), .limited(code: 45_009), .notSent(reason: "status 503"))
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-12T14:00:00Z")
      #expect(world.phones.arrivals.count == 1)
      #expect(try await world.view().past.map(\.outcome) == [.sent, .retrying, .retrying, .retrying])
    }
  }

  @Test("who refuses is not asked again for this reminder")
  func refused() async throws {
    let world = try World()
    try await world.test.run {
      world.phones.answer(.refused(code: 43_101), .rejected(code: 47_003, reason: "thing1"))
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-14T00:00:00Z")
      #expect(world.phones.arrivals.isEmpty)
      #expect(try await world.view().past.map(\.outcome) == [.rejected, .refused])
    }
  }

  @Test("a message of which nobody knows is not sent again by itself, and may be by an operator")
  func unknown() async throws {
    let world = try World()
    try await world.test.run {
      world.phones.answer(.unknown(reason: "the connection was cut"))
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-12T13:00:00Z")
      #expect(try await world.view().past.map(\.outcome) == [.unknown])
      _ = try await world.desk.cancel(RegistrationID(exam: "cet6", openID: "oX1"))
      try await world.register(at: "2026-06-13T09:00")
      try await world.advance(to: "2026-06-12T14:00:00Z")
      #expect(world.phones.arrivals.isEmpty)
    }
    let other = try World()
    try await other.test.run {
      other.phones.answer(.unknown(reason: "the connection was cut"))
      try await other.register(at: "2026-06-13T09:00")
      try await other.advance(to: "2026-06-12T13:00:00Z")
      #expect(try await other.desk.sendAgain(RegistrationID(exam: "cet6", openID: "oX1")))
      await other.test.runUntilQuiet()
      #expect(other.phones.arrivals.count == 1)
      #expect(try await other.desk.sendAgain(RegistrationID(exam: "cet6", openID: "oX1")) == false)
    }
  }

  @Test("a service that was down tells the latest of what it missed, and nothing after the exam began")
  func down() async throws {
    let world = try World()
    try await world.test.start()
    try await world.register(at: "2026-06-13T09:00")
    try await world.register("oX2", at: "2026-06-14T09:00")
    try await world.test.stop()
    try await world.advance(to: "2026-06-13T23:30:00Z")
    try await world.test.run {
      await world.test.runUntilQuiet()
      #expect(world.phones.arrivals.map(\.openID) == ["oX2"])
      let view = try await world.view()
      #expect(view.status == .over)
      #expect(view.past.map(\.outcome) == [.skipped])
    }
  }

  @Test("other rules hold for those who are registered already")
  func replanned() async throws {
    let world = try World()
    try await world.test.run {
      try await world.register(at: "2026-06-13T09:00")
      let desk = RegistrationDesk(scheduler: world.test.scheduler, rules: try ReminderRule.list("2d@08:00,2h"))
      #expect(try await desk.replan() == 1)
      #expect(try await desk.replan() == 0)
      let coming = try await desk.registrations(of: "oX1")[0].coming
      #expect(coming.map(\.local.description) == ["2026-06-11T08:00", "2026-06-13T07:00"])
    }
  }
}
