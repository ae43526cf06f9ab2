import Almanac

extension ExecutorLaw {
  static let ends: [ExecutorLaw] = [
    ExecutorLaw(.ends, "handing runs over does not wait for them, and a batch of none is harmless") { scene in
      let executor = try await scene.executor(size: 2)
      try await scene.hand([], to: executor)
      let gate = scene.gate()
      let run = try scene.waiting(for: gate)
      // The gate is closed until the executor has let go.
      try await scene.hand([run], to: executor)
      try gate.open()
      try verifySucceeded(try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened, "a run")
    },

    ExecutorLaw(.ends, "what the code returns is the run's result") { scene in
      let executor = try await scene.executor()
      for text in ["", "plain", "“ünïcode” 计划 🗓"] {
        let end = try await scene.ended(try scene.echo(text), on: executor)
        try verifySucceeded(end, text, "a run that returns")
      }
      let end = try await scene.ended(try scene.run(ExecutorLawJobs.Quiet()), on: executor)
      try verifyEqual(end, .finished(.succeeded), "the end of a run that returns nothing")
    },

    ExecutorLaw(.ends, "values of 256 KiB and a result of 64 KiB pass") { scene in
      let executor = try await scene.executor()
      let end = try await scene.ended(
        try scene.run(ExecutorLawJobs.Large(text: ExecutorLawJobs.Large.payload)), on: executor)
      guard case .finished(let outcome) = end else { throw LawViolation("a run with large values was refused") }
      try verifyEqual(outcome.kind, .succeeded, "the end of a run with large values")
      try verifyEqual(outcome.result?.count, RunOutcome.maximumResult, "the bytes of a large result")
      try verify(
        outcome.result == Array("\"\(ExecutorLawJobs.Large.answer)\"".utf8), "a large result was changed on its way")
    },

    ExecutorLaw(.ends, "what the code throws is the run's failure, by its type and its words") { scene in
      let executor = try await scene.executor()
      let refusal = ExecutorLawJobs.Refusal(words: "no, “plainly” 不\n行")
      try await scene.verifyFailure(.plainly, .failed(Failure(refusal), .byPolicy), on: executor)
      try await scene.verifyFailure(.named, .failed(Failure(ExecutorLawJobs.Named()), .byPolicy), on: executor)
    },

    ExecutorLaw(.ends, "what the code asks for comes out: to be tried after a time, never again, or later") { scene in
      let executor = try await scene.executor()
      func failure(_ how: ExecutorLawJobs.Fail.How) -> Failure {
        Failure(ExecutorLawJobs.Refusal(words: "no, “\(how.rawValue)” 不\n行"))
      }
      try await scene.verifyFailure(
        .retryAfter, .failed(failure(.retryAfter), .after(.milliseconds(1_234_567))), on: executor)
      try await scene.verifyFailure(.giveUp, .failed(failure(.giveUp), .giveUp), on: executor)
      try await scene.verifyFailure(.snooze, .snoozed(.microseconds(7_654_321)), on: executor)
    },

    ExecutorLaw(.ends, "code that ends as if it had been told to stop, and was not, has failed") { scene in
      let executor = try await scene.executor()
      try await scene.verifyFailure(
        .cancellation, .failed(Failure(CancellationError()), .byPolicy), on: executor)
    },

    ExecutorLaw(.ends, "values that cannot be read are told as such, with the reason") { scene in
      let executor = try await scene.executor()
      let run = try scene.run(ExecutorLawJobs.Echo(text: "")) { $0.payload = Array(#"{"text":7}"#.utf8) }
      _ = try await scene.ended(run, on: executor)
      guard case .unreadable(let reason) = run.events.first else {
        throw LawViolation("unreadable values should be told first, and what was said is \(run.events)")
      }
      try verify(reason.contains("String"), "the reason does not say what is wrong with the values: \(reason)")
    },

    ExecutorLaw(.ends, "where the values are the run's own, the run has failed and the job is not to blame") { scene in
      let executor = try await scene.executor()
      let run = try scene.run(ExecutorLawJobs.Echo(text: "")) { request in
        request.payload = Array("7".utf8)
        request.hasOwnPayload = true
      }
      let end = try await scene.ended(run, on: executor)
      guard case .finished(let outcome) = end, case .failed(let failure, .giveUp) = outcome.kind else {
        throw LawViolation("a run with unreadable values of its own should have failed for good, and ended as \(end)")
      }
      try verifyEqual(failure.type, "PayloadUnreadable", "the type of the failure")
      try verifyEqual(run.events.count, 1, "what was said of the run, \(run.events)")
    },

    ExecutorLaw(.ends, "a job that is not known has failed for good, and its name is told") { scene in
      let executor = try await scene.executor()
      let end = try await scene.ended(try scene.run(ExecutorLawJobs.Stranger()), on: executor)
      guard case .finished(let outcome) = end, case .failed(let failure, .giveUp) = outcome.kind else {
        throw LawViolation("a run of an unknown job should have failed for good, and ended as \(end)")
      }
      try verify(
        failure.message.contains(ExecutorLawJobs.Stranger.jobName), "the failure does not name the job: \(failure)")
    },
  ]
}

extension ExecutorScene {
  fileprivate func verifyFailure(
    _ how: ExecutorLawJobs.Fail.How, _ expected: RunOutcome.Kind, on executor: any JobExecutor,
    fileID: String = #fileID,
    line: Int = #line
  ) async throws {
    let end = try await self.ended(
      try self.run(ExecutorLawJobs.Fail(how: how)), on: executor, fileID: fileID, line: line)
    try verifyEqual(
      end, .finished(RunOutcome(expected)), "the end of a run that fails (\(how.rawValue))", fileID: fileID, line: line)
  }
}
