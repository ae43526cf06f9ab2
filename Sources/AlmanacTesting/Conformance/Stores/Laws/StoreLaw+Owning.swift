import Almanac

extension StoreLaw {
  static let owning: [StoreLaw] = [
    StoreLaw(.owning, "owners are those who hold a run, from the claim to its end") { scene in
      let store = try await scene.client()
      let first = try await store.openSession(scene.draft("first")).epoch
      let second = try await store.openSession(scene.draft("second")).epoch
      try verifyEqual(try await store.owners(), [], "the owners before any claim")
      try await scene.put([scene.record("a", at: 1)], into: store)
      let order = try verifyPresent(
        try await scene.claim(scene.demand(), at: 1, as: first, on: store).orders.first, "a run began")
      try await scene.put([scene.record("b", at: 2)], into: store)
      let other = try verifyPresent(
        try await scene.claim(scene.demand(), at: 2, as: second, on: store).orders.first, "a run began")
      try verifyEqual(try await scene.client().owners().sorted(), [first, second].sorted(), "the owners of two runs")
      try verifyEqual(try await store.records(ownedBy: first, limit: 10), ["a"], "what the first holds")
      try verifyEqual(try await store.records(ownedBy: second, limit: 10), ["b"], "what the second holds")
      try await scene.finish("a", order.order.token, at: 3, on: store)
      try verifyEqual(try await store.owners(), [second], "the owners after the first run ended")
      try await scene.send(.released(other.order.token), to: "b", at: 3, on: store)
      try verifyEqual(try await store.owners(), [], "the owners after the second was given back")
      try verifyEqual(try await store.records(ownedBy: second, limit: 10), [], "what the second holds then")
    },
    StoreLaw(.owning, "a run that is taken back from a lost owner goes to the one who claims it next") { scene in
      let store = try await scene.client()
      let lost = try await store.openSession(scene.draft("lost"))
      let heir = try await store.openSession(scene.draft("heir"))
      try await scene.put((0..<5).map { scene.record(JobID("job-\($0)"), at: 1) }, into: store)
      _ = try await scene.claim(scene.demand(), at: 1, as: lost.epoch, on: store)
      _ = try await store.markDead(lost.epoch, expiringAt: lost.expiresAt)
      for id in try await store.records(ownedBy: lost.epoch, limit: 10) {
        try await scene.send(.ownerLost(lost.epoch), to: id, at: 5, on: store)
      }
      try verifyEqual(try await store.owners(), [], "the owners after all was taken back")
      let orders = try await scene.claim(scene.demand(), at: 5, as: heir.epoch, on: store).orders
      try verifyEqual(orders.map(\.order.attempt), [2, 2, 2, 2, 2], "the attempts")
      try verifyEqual(try await store.owners(), [heir.epoch], "the owners")
    },
    StoreLaw(.owning, "who claimed a run and ends it sees what others did to the record in between") { scene in
      let store = try await scene.client()
      let other = try await scene.client()
      let session = try await store.openSession(scene.draft())
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1), scene.record("c", at: 1)], into: store)
      let orders = try await scene.claim(scene.demand(), at: 1, as: session.epoch, on: store).orders
      try verifyEqual(orders.map(\.id).sorted(), ["a", "b", "c"], "what began")
      @Sendable func noted(_ record: JobRecord) -> Verdict {
        var record = record
        record.state.note = "\(record.state.note ?? "")+"
        record.state.revision += 1
        return .commit(record, [])
      }
      _ = try await other.update(["a", "b"]) { noted($0) }
      // Refused by what it was, and committed by what it is; and the other way about.
      let answers = try await store.update(["a"]) { $0.state.note == nil ? .refuse(.noSuchRun) : noted($0) }
      try verifyEqual(answers.compactMap(\.record?.state.note), ["++"], "the note after both")
      let refused = try await store.update(["c", "b"]) { $0.state.note == nil ? noted($0) : .refuse(.noSuchRun) }
      try verifyEqual(refused.compactMap(\.record?.state.note), ["+", "+"], "the notes")
      guard refused.count == 2, case .committed = refused[0], case .refused = refused[1] else {
        throw LawViolation("expected a commit and a refusal, saw \(refused)")
      }
      for (id, order) in orders { try await scene.finish(id, order.token, at: 2, on: store) }
      for (id, commits) in [("a", 4), ("b", 3), ("c", 3)] as [(JobID, Int64)] {
        let record = try await scene.fetch(id, from: other)
        try verifyEqual(record.state.status, .finished, "the status")
        try verify(record.revision > commits, "a commit to \(id) was written over")
      }
    },
    StoreLaw(.owning, "what a session holds is told up to a limit, each record once") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft()).epoch
      let policies = JobPolicies(overlap: .allow(limit: 3))
      let ids = (0..<4).map { JobID("job-\($0)") }
      for id in ids { try await scene.put([try scene.recurring(id, every: 1, policies: policies)], into: store) }
      for second in 1...3 {
        _ = try await scene.claim(scene.demand(), at: Double(second), as: session, on: store)
      }
      try verifyEqual(
        try await store.records(ownedBy: session, limit: 10).sorted(), ids, "what it holds, three runs each")
      let some = try await store.records(ownedBy: session, limit: 3)
      try verify(some.count == 3 && Set(some).count == 3, "three of them: \(some)")
      try verifyEqual(try await store.records(ownedBy: session, limit: 0), [], "none of them")
    },
    StoreLaw(.owning, "a record whose runs have several owners is found by each of them") { scene in
      let store = try await scene.client()
      let first = try await store.openSession(scene.draft("first")).epoch
      let second = try await store.openSession(scene.draft("second")).epoch
      try await scene.put(
        [try scene.recurring("a", every: 1, policies: JobPolicies(overlap: .allow(limit: 2)))], into: store)
      let order = try verifyPresent(
        try await scene.claim(scene.demand(), at: 1, as: first, on: store).orders.first, "a run began")
      _ = try await scene.claim(scene.demand(), at: 2, as: second, on: store)
      for epoch in [first, second] {
        try verifyEqual(try await store.records(ownedBy: epoch, limit: 10), ["a"], "what \(epoch) holds")
      }
      try await scene.finish("a", order.order.token, at: 3, on: store)
      try verifyEqual(
        try await store.records(ownedBy: first, limit: 10), [], "what the first holds after its run ended")
      try verifyEqual(try await store.records(ownedBy: second, limit: 10), ["a"], "what the second holds")
    },
  ]
}
