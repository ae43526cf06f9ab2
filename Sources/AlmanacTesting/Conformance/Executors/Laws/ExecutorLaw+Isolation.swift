import Almanac

extension ExecutorLaw {
  static let isolation: [ExecutorLaw] = [
    ExecutorLaw(
      .isolation, "code that blocks holds up no other run, and nothing else of the program",
      requires: .toleratesBlocking
    ) { scene in
      // More than there are threads for code of Swift concurrency, where the executor has so many places.
      let executor = try await scene.executor(size: min(LawFiles.processorCount + 2, 16))
      let gate = scene.gate()
      let blocking = try (0..<(executor.size - 1)).map { _ in try scene.waiting(.blocks, for: gate) }
      try await scene.hand(blocking, to: executor)
      try await scene.begun(blocking)
      for number in 0..<20 {
        try verifySucceeded(
          try await scene.ended(try scene.echo("\(number)"), on: executor), "\(number)",
          "a run beside others that block")
      }
      let isDone = Fact()
      Task.detached { isDone.happen() }
      try verify(await isDone.wait(within: scene.patience), "a task of the program did not run beside runs that block")
      try gate.open()
      for run in blocking {
        try verifySucceeded(
          try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened, "a run that blocked")
      }
    },

    ExecutorLaw(
      .isolation, "code that traps or exits ends its own run and no other, and its place can be used",
      requires: .isolatesCrashes
    ) { scene in
      let executor = try await scene.executor(size: 3)
      for how in [ExecutorLawJobs.Die.How.traps, .exits] {
        let gate = scene.gate()
        let neighbours = try (0..<(executor.size - 1)).map { _ in try scene.waiting(for: gate) }
        try await scene.hand(neighbours, to: executor)
        try await scene.begun(neighbours)
        for _ in 0..<3 {
          let end = try await scene.ended(try scene.run(ExecutorLawJobs.Die(how: how)), on: executor)
          guard case .finished(let outcome) = end, case .crashed(let failure) = outcome.kind else {
            throw LawViolation("a run whose code \(how.rawValue) should end as crashed, and ended as \(end)")
          }
          try verify(!failure.message.isEmpty, "nothing is said of how the run's process died")
        }
        try gate.open()
        for run in neighbours {
          try verifySucceeded(
            try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened, "the neighbour of a run that died")
        }
      }
      try await scene.fill(executor)
    },
  ]
}
