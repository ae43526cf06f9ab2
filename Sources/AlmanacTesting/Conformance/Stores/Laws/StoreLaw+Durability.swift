import Almanac

extension StoreLaw {
  static let durability: [StoreLaw] = [
    StoreLaw(.durability, "what was committed is there after the client died", requires: .durable) { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      try await scene.put((0..<5).map { scene.record(JobID("job-\($0)"), at: Double($0)) }, into: store)
      let orders = try await scene.claim(
        scene.demand(slots: [Lane.defaultExecutor: 2]), at: 9, as: session.epoch, on: store
      ).orders
      try await scene.finish("job-0", try verifyPresent(orders.first, "a run began").order.token, at: 10, on: store)
      try await scene.send(.paused(note: "x"), to: "job-3", at: 10, on: store)
      _ = try await store.update(["job-4"]) { _ in .erase }
      let records = try await scene.all(from: store)
      let rows = try await scene.history(from: store)
      try await scene.kill(store)

      let reopened = try await scene.client()
      let found = try await scene.all(from: reopened)
      try verifyEqual(found.map(\.id), records.map(\.id), "the records")
      for (seen, expected) in zip(found, records) { try verifySame(seen, expected, "the record of \(expected.id)") }
      try verifyEqual(try await scene.history(from: reopened), rows, "the history")
      try verifyEqual(try await reopened.sessions(), [session], "the sessions")
      try verifyEqual(try await reopened.owners(), [session.epoch], "the owners")
      try verifyEqual(try await reopened.records(ownedBy: session.epoch, limit: 9), ["job-1"], "what they hold")
      try verifyEqual(try await reopened.earliestWake(scene.demand()), scene.at(2), "the earliest wake")
    },
    StoreLaw(.durability, "epochs are not used again after the client died", requires: .durable) { scene in
      var seen: Set<Epoch> = []
      for _ in 0..<3 {
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft())
        try verify(seen.insert(session.epoch).inserted, "epoch \(session.epoch) was given twice")
        _ = try await store.markDead(session.epoch, expiringAt: session.expiresAt)
        try await store.forgetSessions(expiredBefore: .distantFuture)
        try await scene.kill(store)
      }
    },
  ]
}
