import Almanac

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

extension ExecutorLaw {
  static let telling: [ExecutorLaw] = [
    ExecutorLaw(.telling, "what a run logs arrives, every line, in order, before the end") { scene in
      let executor = try await scene.executor()
      let run = try scene.run(ExecutorLawJobs.Tell(count: 50))
      try verifyEqual(try await scene.ended(run, on: executor), .finished(.succeeded), "the end of a run that logs")
      let lines = run.events.compactMap { event -> String? in
        guard case .logged(let level, let text, let metadata) = event else { return nil }
        return "\(level) \(text) \(metadata["step"] ?? "without a step")"
      }
      let expected = (1...50).map { "\($0.isMultiple(of: 2) ? "warning" : "info") line \($0) \($0)" }
      try verifyEqual(lines, expected, "what was logged")
    },

    ExecutorLaw(.telling, "progress arrives in order, the last before the end") { scene in
      let executor = try await scene.executor()
      let run = try scene.run(ExecutorLawJobs.Tell(count: 50))
      try verifyEqual(try await scene.ended(run, on: executor), .finished(.succeeded), "the end of a run that reports")
      let steps = run.events.compactMap { event -> Int64? in
        guard case .progress(let step, of: 50, note: let note) = event, note == "step \(step)" else { return nil }
        return step
      }
      // What a later report has overtaken may be left out.
      try verifyEqual(steps.last, 50, "the last report of progress, of \(steps),")
      try verifyEqual(steps, steps.sorted(), "the order of the reports of progress")
    },

    ExecutorLaw(.telling, "what a run is told of itself is what was asked for") { scene in
      let executor = try await scene.executor()
      for hasDeadline in [true, false] {
        let run = try scene.run(ExecutorLawJobs.Look()) { request in
          request.jobID = "look/“1” 计划"
          request.store = "archive"
          request.origin = hasDeadline ? .hand : .trigger
          request.attempt = 7
          request.token = FencingToken(incarnation: .max, claim: (1 << 53) + 1)
          request.fireTime = Instant(microsecondsSinceEpoch: 1_893_456_000_123_456)
          request.timeoutAt = hasDeadline ? Instant(microsecondsSinceEpoch: 1_893_456_009_654_321) : nil
        }
        let end = try await scene.ended(run, on: executor)
        guard case .finished(let outcome) = end, let result = outcome.result else {
          throw LawViolation("a run that tells what it sees ended as \(end)")
        }
        let seen = try JSONDecoder().decode(ExecutorLawJobs.Look.Seen.self, from: Data(result))
        try verifyEqual(seen, ExecutorLawJobs.Look.Seen(run.assignment.request), "what a run was told of itself")
      }
    },

    ExecutorLaw(.telling, "a run goes on in the trace of whoever added its job", requires: .carriesTraces) { scene in
      let executor = try await scene.executor()
      for name in ["first", "second"] {
        let run = try scene.run(ExecutorLawJobs.Trace()) { $0.traceContext = [LawInstrument.header: name] }
        try verifySucceeded(try await scene.ended(run, on: executor), name, "a run that tells its trace")
      }
      let run = try scene.run(ExecutorLawJobs.Trace())
      try verifySucceeded(try await scene.ended(run, on: executor), "no trace", "a run without a trace")
    },
  ]
}
