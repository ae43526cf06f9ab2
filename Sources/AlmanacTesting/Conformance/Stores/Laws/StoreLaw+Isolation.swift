import Almanac

extension StoreLaw {
  static let isolation: [StoreLaw] = [
    StoreLaw(.isolation, "namespaces do not see each other's jobs") { scene in
      let mine = try await scene.client()
      let theirs = try await scene.client(ofOther: "x")
      let record = scene.record("a", at: 1)
      try await scene.put([record], into: mine)
      try verify(try await theirs.fetch(["a"])[0] == nil, "a job of another namespace was fetched")
      try verifyEqual(try await scene.all(from: theirs).count, 0, "the jobs of another namespace that are listed")
      try verify(try await theirs.earliestWake(scene.demand()) == nil, "a job of another namespace wakes somebody")
      let answers = try await theirs.update(["a"]) { _ in .erase }
      guard case .missing("a")? = answers.first else { throw LawViolation("expected missing, saw \(answers)") }
      try await scene.put([scene.record("a", at: 2)], into: theirs)
      try verifySame(try await scene.fetch("a", from: mine), record, "the record after its namesake was added")
    },
    StoreLaw(.isolation, "namespaces do not take each other's due jobs, nor see each other's owners") { scene in
      let mine = try await scene.client()
      let theirs = try await scene.client(ofOther: "x")
      let my = try await mine.openSession(scene.draft()).epoch
      let their = try await theirs.openSession(scene.draft()).epoch
      try await scene.put([scene.record("a", at: 1)], into: mine)
      try verifyEqual(
        try await scene.claim(scene.demand(), at: 5, as: their, on: theirs).count, 0, "what the other namespace takes")
      try verifyEqual(
        try await scene.claim(scene.demand(), at: 5, as: my, on: mine).committed, ["a"], "what its own namespace takes")
      try verifyEqual(try await theirs.owners(), [], "the owners in the other namespace")
      try verifyEqual(try await theirs.records(ownedBy: my, limit: 9), [], "what they hold there")
    },
    StoreLaw(.isolation, "namespaces do not see each other's sessions") { scene in
      let mine = try await scene.client()
      let theirs = try await scene.client(ofOther: "x")
      let session = try await mine.openSession(scene.draft("mine"))
      try verifyEqual(try await theirs.sessions(), [], "the sessions in the other namespace")
      let other = try await theirs.openSession(scene.draft("theirs"))
      _ = try await theirs.markDead(other.epoch, expiringAt: other.expiresAt)
      try await theirs.forgetSessions(expiredBefore: .distantFuture)
      try verifyEqual(try await mine.sessions(), [session], "the sessions after the other namespace lost its own")
    },
    StoreLaw(.isolation, "namespaces do not see each other's history, nor prune it") { scene in
      let mine = try await scene.client()
      let theirs = try await scene.client(ofOther: "x")
      let row = HistoryRow(
        job: "a", jobName: "job", incarnation: 1, revision: 1, ordinal: 0, at: scene.at(1),
        entry: .fate(Fate(reason: .skipped, first: scene.at(1), last: scene.at(1), count: .exactly(1))))
      try await mine.append([row])
      try verifyEqual(try await scene.history(from: theirs), [], "the history in the other namespace")
      try await theirs.append([row])
      try verifyEqual(try await scene.history(from: theirs), [row], "the same row in the other namespace")
      try verifyEqual(try await theirs.trimHistory(to: [row.job: 1], limit: 9), 0, "what is trimmed there to one row")
      try verifyEqual(
        try await theirs.pruneHistory(before: .distantFuture, at: .distantFuture, limit: 9), 1, "what is pruned there")
      try verifyEqual(try await theirs.trimHistory(to: [row.job: 0], limit: 9), 0, "what is trimmed there to none")
      try verifyEqual(try await scene.history(from: mine), [row], "the history here")
    },
  ]
}
