import Almanac

extension ExecutorLaw {
  static let life: [ExecutorLaw] = [
    ExecutorLaw(.life, "a run that is handed over after the executor was stopped is refused") { scene in
      let executor = try await scene.executor()
      try verifySucceeded(try await scene.ended(try scene.echo(), on: executor), "here", "a run before the stop")
      try await scene.stop(executor)
      let run = try scene.echo()
      try verifyRefused(try await scene.ended(run, on: executor), "a run after the stop")
      try verifyEqual(run.events.count, 1, "what was said of a run that is refused")
    },

    ExecutorLaw(.life, "an executor that was stopped can be started again, with all its places") { scene in
      let executor = try await scene.executor(size: 3)
      for _ in 0..<3 {
        try await scene.fill(executor)
        try await scene.stop(executor)
        try await executor.start()
      }
      try await scene.fill(executor)
    },

    ExecutorLaw(.life, "starting an executor that is ready changes nothing for the runs that go, and gives no places") {
      scene in
      let executor = try await scene.executor(size: 2)
      let gate = scene.gate()
      let runs = try (0..<executor.size).map { _ in try scene.waiting(for: gate) }
      try await scene.hand(runs, to: executor)
      try await scene.begun(runs)
      try await executor.start()
      try verifyRefused(try await scene.ended(try scene.echo(), on: executor), "a run beyond the size")
      try gate.open()
      for run in runs {
        try verifySucceeded(try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened, "a run")
      }
      try await scene.fill(executor)
    },

    ExecutorLaw(.life, "stopping an executor that was not started, or was stopped already, is harmless") { scene in
      let executor = try await scene.unstarted(size: 2)
      try await scene.stop(executor)
      try await executor.start()
      try await scene.fill(executor)
      try await scene.stop(executor)
      try await scene.stop(executor)
      try await executor.start()
      try await scene.fill(executor)
    },

    ExecutorLaw(.life, "stopping takes bounded time, and the runs that were told to stop end") { scene in
      let executor = try await scene.executor(size: 3)
      let runs = try (0..<executor.size).map { _ in try scene.waiting(for: scene.gate()) }
      try await scene.hand(runs, to: executor)
      try await scene.begun(runs)
      for run in runs { run.cancel() }
      try await scene.stop(executor)
      for run in runs {
        try verifyEqual(
          try await run.end(within: scene.patience), .finished(.cancelled), "the end of a run that was told to stop")
      }
    },

    ExecutorLaw(.life, "stopping takes bounded time though a run does not listen, and its end is told when it comes") {
      scene in
      let executor = try await scene.executor(size: 2)
      let gate = scene.gate()
      let run = try scene.waiting(.deaf, for: gate)
      try await scene.hand([run], to: executor)
      try await scene.begun([run])
      run.cancel()
      try await scene.stop(executor)
      try gate.open()
      let end = try await run.end(within: scene.patience)
      if !scene.harness.killsWhatHangs {
        try verifySucceeded(end, ExecutorLawJobs.Wait.opened, "a run that did not listen")
      }
      try await executor.start()
      try await scene.fill(executor)
    },
  ]
}
