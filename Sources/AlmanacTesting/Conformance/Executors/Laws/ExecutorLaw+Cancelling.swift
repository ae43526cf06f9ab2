import Almanac

extension ExecutorLaw {
  static let cancelling: [ExecutorLaw] = [
    ExecutorLaw(.cancelling, "a run that is told to stop while it goes ends as cancelled, and no other does") { scene in
      let executor = try await scene.executor(size: 3)
      let gate = scene.gate()
      let runs = try (0..<executor.size).map { _ in try scene.waiting(for: gate) }
      try await scene.hand(runs, to: executor)
      try await scene.begun(runs)
      runs[0].cancel()
      try verifyEqual(
        try await runs[0].end(within: scene.patience), .finished(.cancelled), "the end of a run that was told to stop")
      try gate.open()
      for run in runs.dropFirst() {
        try verifySucceeded(
          try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened,
          "the neighbour of a run that was stopped")
      }
    },

    ExecutorLaw(.cancelling, "a run that was told to stop before it began ends as cancelled") { scene in
      let executor = try await scene.executor(size: 2)
      for _ in 0..<20 {
        let run = try scene.waiting(for: scene.gate())
        run.cancel()
        try verifyEqual(
          try await scene.ended(run, on: executor), .finished(.cancelled),
          "the end of a run that was told to stop before it began")
      }
    },

    ExecutorLaw(.cancelling, "a run that is told to stop at any moment ends, as cancelled or as it would have") {
      scene in
      let executor = try await scene.executor(size: 4)
      for _ in 0..<100 {
        let run = try scene.echo()
        try await scene.hand([run], to: executor)
        run.cancel()
        let end = try await run.end(within: scene.patience)
        if end != .finished(.cancelled) {
          try verifySucceeded(end, "here", "a run that was told to stop while it ended")
        }
      }
    },

    ExecutorLaw(.cancelling, "telling a run to stop that has ended changes nothing, for no run") { scene in
      let executor = try await scene.executor(size: 1)
      let old = try scene.echo("old")
      try verifySucceeded(try await scene.ended(old, on: executor), "old", "a run")
      let gate = scene.gate()
      let next = try scene.waiting(for: gate)
      try await scene.hand([next], to: executor)
      try await scene.begun([next])
      old.cancel()
      try gate.open()
      try verifySucceeded(
        try await next.end(within: scene.patience), ExecutorLawJobs.Wait.opened,
        "the run that has the place of one that was stopped")
    },

    ExecutorLaw(.cancelling, "a run that was told to stop and goes on keeps its place until it ends or is killed") {
      scene in
      let executor = try await scene.executor(size: 1)
      let gate = scene.gate()
      let run = try scene.waiting(.deaf, for: gate)
      try await scene.hand([run], to: executor)
      try await scene.begun([run])
      run.cancel()
      let more = try scene.echo()
      let end = try await scene.ended(more, on: executor)
      // An executor that kills may have done so by now.
      if run.end == nil { try verifyRefused(end, "a run for whose place another still goes") }
      if !scene.harness.killsWhatHangs {
        try verify(run.end == nil, "a run that was told to stop and went on ended: \(run.events)")
        try gate.open()
        try verifySucceeded(
          try await run.end(within: scene.patience), ExecutorLawJobs.Wait.opened,
          "a run that was told to stop and went on")
      }
      _ = try await run.end(within: scene.patience)
      try verifySucceeded(try await scene.ended(try scene.echo(), on: executor), "here", "the next run")
    },

    ExecutorLaw(
      .cancelling, "a run that was told to stop and goes on is killed, which is told as the death of its process",
      requires: .killsWhatHangs
    ) { scene in
      let executor = try await scene.executor(size: 2)
      for manner in [ExecutorLawJobs.Wait.Manner.deaf, .blocks] {
        let gate = scene.gate()
        let neighbour = try scene.waiting(for: gate)
        let run = try scene.waiting(manner, for: scene.gate())
        try await scene.hand([run] + (executor.size > 1 ? [neighbour] : []), to: executor)
        try await scene.begun([run])
        run.cancel()
        let end = try await run.end(within: scene.patience)
        guard case .finished(let outcome) = end, case .crashed = outcome.kind else {
          throw LawViolation("a run that hangs should be killed, and ended as \(end)")
        }
        if executor.size > 1 {
          try gate.open()
          try verifySucceeded(
            try await neighbour.end(within: scene.patience), ExecutorLawJobs.Wait.opened,
            "the neighbour of a run that was killed")
        }
      }
    },

    ExecutorLaw(.cancelling, "a run knows that it is its scheduler's no more once it was told to stop") { scene in
      let executor = try await scene.executor()
      let run = try scene.owning()
      try await scene.hand([run], to: executor)
      try await scene.begun([run])
      run.cancel()
      try verifySucceeded(
        try await run.end(within: scene.patience), ExecutorLawJobs.Own.lost, "a run that looks whose it is")
    },
  ]
}
