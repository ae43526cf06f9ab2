import Almanac
import Synchronization

extension ExecutorLaw {
  static let places: [ExecutorLaw] = [
    ExecutorLaw(.places, "the size is what was asked for, and at least one") { scene in
      for size in [1, 3] where size <= scene.harness.maximumSize {
        try verifyEqual(try await scene.unstarted(size: size).size, size, "the size")
      }
      for size in [0, -5] {
        try verifyEqual(try await scene.unstarted(size: size).size, 1, "the size where \(size) was asked for")
      }
    },

    ExecutorLaw(.places, "as many runs as there are places go at once, handed over in one batch") { scene in
      let executor = try await scene.executor(size: 8)
      try await scene.fill(executor)
      try await scene.fill(executor)
    },

    ExecutorLaw(.places, "as many runs as there are places go at once, handed over one by one") { scene in
      let executor = try await scene.executor(size: 4)
      let gate = scene.gate()
      var runs: [TestRun] = []
      for _ in 0..<executor.size {
        let run = try scene.waiting(for: gate)
        runs.append(run)
        try await scene.hand([run], to: executor)
        try await scene.begun(runs)
      }
      try gate.open()
      for run in runs {
        try verifySucceeded(try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened, "a run")
      }
    },

    ExecutorLaw(.places, "one more run is refused, with a reason, and holds up none of those that go") { scene in
      let executor = try await scene.executor(size: 2)
      let gate = scene.gate()
      let runs = try (0..<executor.size).map { _ in try scene.waiting(for: gate) }
      try await scene.hand(runs, to: executor)
      try await scene.begun(runs)
      let more = try scene.echo()
      try verifyRefused(try await scene.ended(more, on: executor), "a run for which there is no place")
      try verifyEqual(more.events.count, 1, "what was said of a run that is refused")
      try gate.open()
      for run in runs {
        try verifySucceeded(try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened, "a run that went")
      }
      try verifySucceeded(try await scene.ended(try scene.echo(), on: executor), "here", "a later run")
    },

    ExecutorLaw(.places, "of a batch that is too large, as many begin as there are places, and the others are refused")
    {
      scene in
      let executor = try await scene.executor(size: 3)
      let gate = scene.gate()
      let runs = try (0..<(executor.size + 5)).map { _ in try scene.waiting(for: gate) }
      try await scene.hand(runs, to: executor)
      // Which of them is the executor's affair.
      for run in runs {
        let isDecided = await run.wait(within: scene.patience) { !$0.isEmpty }
        try verify(isDecided, "nothing was said of a run of a batch that is too large: neither began nor refused")
      }
      let going = runs.filter { $0.end == nil }
      try verifyEqual(going.count, executor.size, "how many runs of \(runs.count) go")
      for run in runs {
        if let end = run.end { try verifyRefused(end, "a run beyond the size") }
      }
      try gate.open()
      for run in going {
        try verifySucceeded(try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened, "a run that went")
      }
    },

    ExecutorLaw(.places, "who hears of an end can use its place at once") { scene in
      let executor = try await scene.executor(size: 1)
      let runs = try (0..<100).map { try scene.echo("\($0)") }
      for (run, next) in zip(runs, runs.dropFirst()) {
        next.noteHandedOver()
        run.onEnd { _ in executor.execute([next.assignment]) }
      }
      try await scene.hand([runs[0]], to: executor)
      for (number, run) in runs.enumerated() {
        try verifySucceeded(
          try await run.end(within: scene.patience), "\(number)", "a run that was handed over when the one before ended"
        )
      }
    },

    ExecutorLaw(.places, "who hears that a run was stopped can use its place at once") { scene in
      let executor = try await scene.executor(size: 1)
      let runs = try (0..<20).map { _ in try scene.waiting(for: scene.gate()) }
      for (run, next) in zip(runs, runs.dropFirst()) {
        next.noteHandedOver()
        run.onEnd { _ in executor.execute([next.assignment]) }
      }
      try await scene.hand([runs[0]], to: executor)
      for run in runs {
        try await scene.begun([run])
        run.cancel()
        try verifyEqual(
          try await run.end(within: scene.patience), .finished(.cancelled), "the end of a run that was stopped")
      }
    },

    ExecutorLaw(.places, "no place is lost by runs that fail, are refused, stopped, unreadable or unknown") { scene in
      let executor = try await scene.executor(size: 3)
      for _ in 0..<10 {
        let runs = [
          try scene.run(ExecutorLawJobs.Fail(how: .plainly)),
          try scene.waiting(for: scene.gate()),
          try scene.run(ExecutorLawJobs.Stranger()),
          try scene.run(ExecutorLawJobs.Quiet()) { $0.payload = Array("{".utf8) },
          try scene.run(ExecutorLawJobs.Fail(how: .snooze)),
        ]
        runs[4].cancel()
        try await scene.hand(runs, to: executor)
        runs[1].cancel()
        for run in runs { _ = try await run.end(within: scene.patience) }
      }
      try await scene.fill(executor)
    },

    ExecutorLaw(.places, "each of a thousand short runs is run once") { scene in
      let executor = try await scene.executor(size: 8)
      let file = scene.gate().path
      let runs = try (0..<1_000).map { try scene.run(ExecutorLawJobs.Mark(number: $0, file: file)) }
      // As a scheduler does it: whoever ends makes room for the next.
      let next = Mutex(executor.size)
      @Sendable func goOn(_ end: TestRun.End) {
        let index = next.withLock { next -> Int in
          defer { next += 1 }
          return next
        }
        guard index < runs.count else { return }
        runs[index].noteHandedOver()
        runs[index].onEnd(goOn)
        executor.execute([runs[index].assignment])
      }
      let first = Array(runs.prefix(executor.size))
      for run in first { run.onEnd(goOn) }
      try await scene.hand(first, to: executor)
      for (number, run) in runs.enumerated() {
        try verifySucceeded(try await run.end(within: scene.patience), "\(number)", "run \(number) of a thousand")
      }
      let seen = LawFiles.lines(of: file).compactMap { Int($0) }.sorted()
      try verifyEqual(seen, Array(0..<1_000), "which runs were run, and how often")
    },
  ]
}
