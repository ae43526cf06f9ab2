import Almanac
import AlmanacTesting
import Logging
import Testing

@Suite("What is kept of a run", .timeLimit(.minutes(1)))
struct RunRecordTests {
  struct Tally: Codable, Hashable { var sent: Int }

  @Test("what a handler returns is read from the history, as often as one likes")
  func results() async throws {
    let test = TestScheduler()
    test.register(Send.self) { _, context in Tally(sent: context.attempt * 7) }
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "send")
      await test.advance(to: .at(11))
      let end = try #require(try await test.attempts(of: "send").first)
      #expect(try end.result(as: Tally.self) == Tally(sent: 7))
      #expect(try end.result(as: Tally.self) == Tally(sent: 7))
      #expect(throws: DecodingError.self) { try end.result(as: [Int].self) }
    }
  }

  @Test("a handler that returns nothing has no result")
  func noResult() async throws {
    let test = TestScheduler()
    test.register(Send.self) { (_, _) async throws -> Void in }
    try await test.run {
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "send")
      await test.advance(to: .at(11))
      #expect(try await test.attempts(of: "send").first?.result(as: Tally.self) == nil)
      try await test.expectRuns(of: "send", [.succeeded])
    }
  }

  @Test("a result that cannot be kept fails nothing, and the run's log says so")
  func resultsThatCannotBeKept() async throws {
    let test = TestScheduler()
    test.register(Send.self) { send, _ in
      send.to == "large"
        ? [String(repeating: "x", count: RunOutcome.maximumResult)]
        : [Optional<String>.none]
          .compactMap { $0 }
    }
    struct Wrong: JobPayload { var number = 1 }
    test.register(Wrong.self) { _, _ in Double.nan }
    try await test.run {
      try await test.scheduler.add(Send(to: "large"), trigger: .at(.at(10)), id: "large")
      try await test.scheduler.add(Wrong(), trigger: .at(.at(10)), id: "wrong")
      await test.advance(to: .at(11))
      for (id, message) in [("large", "too large"), ("wrong", "cannot be encoded")] {
        let end = try #require(try await test.attempts(of: JobID(id)).first)
        #expect(end.outcome == .succeeded)
        #expect(end.result == nil)
        #expect(end.logs.contains { $0.message.contains(message) && $0.level == "warning" }, "\(id)")
      }
    }
  }

  @Test(
    "the last lines that a run logs are in its history, from info on, with their times, whether it ends well or badly")
  func logs() async throws {
    let test = TestScheduler()
    test.register(Send.self) { [weak test] _, context in
      context.logger.debug("not kept")
      for number in 1...3 {
        context.logger.info("step", metadata: ["number": "\(number)", "a": "b"])
        try await test?.sleep(for: .seconds(1))
      }
      context.logger.error("at the end")
      if context.attempt == 1 { throw NoAnswer() }
    }
    try await test.run {
      try await test.scheduler.add(
        Send(), trigger: .at(.at(10)), id: "send",
        policies: JobPolicies(retry: RetryPolicy(attempts: 2, backoff: .fixed(.seconds(7))), logLines: 3))
      try await test.scheduler.add(
        Send(), trigger: .at(.at(10)), id: "silent", policies: JobPolicies(logLines: 0))
      await test.advance(to: .at(60))
      try await test.expectRuns(of: "send", [.failed, .succeeded])
      for (end, start) in zip(try await test.attempts(of: "send"), [10.0, 20.0]) {
        #expect(
          end.logs == [
            LogLine(at: .at(start + 1), level: "info", message: "step a=b number=2"),
            LogLine(at: .at(start + 2), level: "info", message: "step a=b number=3"),
            LogLine(at: .at(start + 3), level: "error", message: "at the end"),
          ])
      }
      #expect(try await test.attempts(of: "silent").first?.logs == [])
    }
  }

  @Test("what a run says of its progress is seen while it goes, at most once a second, and the last word counts")
  func progress() async throws {
    let test = TestScheduler()
    test.register(Send.self) { [weak test] _, context in
      for number in 1...100 {
        context.progress(number, of: 200, note: "letter \(number)")
        try await test?.sleep(for: .milliseconds(100))
      }
      try await test?.sleep(for: .seconds(5))
    }
    try await test.run {
      let events = test.scheduler.events()
      try await test.scheduler.add(Send(), trigger: .at(.at(10)), id: "send")
      await test.advance(to: .at(12.5))
      let half = try #require(await test.scheduler.job("send")?.runs.first?.claim?.progress)
      #expect(half.total == 200)
      #expect((15...25).contains(half.completed))
      await test.advance(to: .at(23))
      let last = try #require(await test.scheduler.job("send")?.runs.first?.claim?.progress)
      #expect(last.completed == 100)
      #expect(last.note == "letter 100")
      #expect(last.fraction == 0.5)
      await test.advance(to: .at(60))
      try await test.expectRuns(of: "send", [.succeeded])
      #expect(try await test.scheduler.job("send")?.runs == [])
      var said: [Int64] = []
      for await event in events {
        guard case .job(_, _, _, _, let report) = event.kind else { continue }
        if case .progressed(_, let progress) = report { said.append(progress.completed) }
        if case .ended = report { break }
      }
      #expect(said == said.sorted())
      #expect((10...12).contains(said.count))
    }
  }
}
