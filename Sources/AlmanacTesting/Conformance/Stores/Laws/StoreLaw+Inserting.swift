import Almanac
import Synchronization

extension StoreLaw {
  static let inserting: [StoreLaw] = [
    StoreLaw(.inserting, "where the id is free the record is inserted, and everybody sees it") { scene in
      let store = try await scene.client()
      let record = scene.record("a", at: 1)
      let answers = try await store.insert([record], resolving: LawScene.keep)
      guard answers.count == 1, case .inserted(let stored) = answers[0] else {
        throw LawViolation("expected one insertion, saw \(answers)")
      }
      try verifySame(stored, record, "the record that was answered")
      try verifySame(
        try await scene.fetch("a", from: try await scene.client()), record, "the record, by another client")
    },
    StoreLaw(.inserting, "where the id is taken the resolver is asked, and its refusal keeps what is there") { scene in
      let store = try await scene.client()
      let existing = scene.record("a", at: 1)
      let proposed = scene.record("a", at: 2)
      try await scene.put([existing], into: store)
      let asked = Mutex<[(JobRecord, JobRecord)]>([])
      let answers = try await store.insert([proposed]) { existing, proposed in
        asked.withLock { $0.append((existing, proposed)) }
        return .refuse(.idTaken)
      }
      guard answers.count == 1, case .kept(let kept, .idTaken) = answers[0] else {
        throw LawViolation("expected the refusal, saw \(answers)")
      }
      try verifySame(kept, existing, "the record that was kept")
      let question = try verifyPresent(asked.withLock { $0.last }, "the resolver was not asked")
      try verifySame(question.0, existing, "the record that the resolver saw")
      try verifySame(question.1, proposed, "the record that was proposed to it")
      try verifySame(try await scene.fetch("a", from: store), existing, "the record after the refusal")
    },
    StoreLaw(.inserting, "where the id is taken the resolver's record is written, and its effects are answered") {
      scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1)], into: store)
      let proposed = scene.record("a", at: 500, lane: Lane(queue: "other", jobName: "job"))
      let now = scene.at(0)
      let answers = try await store.insert([proposed]) {
        JobMachine.resolve(existing: $0, proposed: $1, .replace, now: now)
      }
      guard answers.count == 1, case .replaced(let stored, let effects) = answers[0] else {
        throw LawViolation("expected a replacement, saw \(answers)")
      }
      try verifyEqual(effects, [.report(.replaced(triggerChanged: true))], "the effects")
      try verifyEqual(stored.revision, 2, "the revision")
      let fetched = try await scene.fetch("a", from: try await scene.client())
      try verifySame(fetched, stored, "the record, by another client")
      try verifyEqual(fetched.lane.queue, "other", "the queue of the new definition")
      let wake = try await store.earliestWake(scene.demand(queues: ["other"]))
      try verifyEqual(wake, scene.at(500), "the earliest wake of the new lane")
      try verify(
        try await store.earliestWake(scene.demand(queues: ["default"])) == nil, "the old lane wakes somebody still")
    },
    StoreLaw(.inserting, "a tombstone takes its id: the resolver decides what becomes of it") { scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1)], into: store)
      try await scene.send(.removed, to: "a", at: 2, on: store)
      let now = scene.at(3)
      let again = scene.record("a", at: 5)
      let kept = try await store.insert([again]) {
        JobMachine.resolve(existing: $0, proposed: $1, .keep, now: now)
      }
      guard case .kept(let tombstone, .kept)? = kept.first, tombstone.state.status == .removed else {
        throw LawViolation("expected the tombstone to be kept, saw \(kept)")
      }
      let reborn = try await store.insert([again]) {
        JobMachine.resolve(existing: $0, proposed: $1, .fail, now: now)
      }
      guard case .replaced(let record, _)? = reborn.first else {
        throw LawViolation("expected a new incarnation, saw \(reborn)")
      }
      try verifyEqual(record.definition.incarnation, again.definition.incarnation, "the incarnation")
      try verifySame(try await scene.fetch("a", from: store), record, "the record of the new incarnation")
    },
    StoreLaw(.inserting, "each record of a batch is answered, in order") { scene in
      let store = try await scene.client()
      try await scene.put([scene.record("b", at: 1), scene.record("d", at: 1)], into: store)
      let ids: [JobID] = ["e", "d", "c", "b", "a"]
      let answers = try await store.insert(ids.map { scene.record($0, at: 9) }, resolving: LawScene.keep)
      let seen = answers.map { answer -> String in
        switch answer {
        case .inserted(let record): "inserted \(record.id)"
        case .kept(let record, _): "kept \(record.id)"
        case .replaced(let record, _): "replaced \(record.id)"
        }
      }
      try verifyEqual(seen, ["inserted e", "kept d", "inserted c", "kept b", "inserted a"], "the answers")
      try verifyEqual(try await store.insert([], resolving: LawScene.keep).count, 0, "the answers to an empty batch")
    },
    StoreLaw(.inserting, "an id that comes twice in a batch meets itself") { scene in
      let store = try await scene.client()
      let first = scene.record("a", at: 1)
      let answers = try await store.insert([first, scene.record("a", at: 2)], resolving: LawScene.keep)
      guard answers.count == 2, case .inserted = answers[0], case .kept(let kept, _) = answers[1] else {
        throw LawViolation("expected the first to be inserted and the second to find it, saw \(answers)")
      }
      try verifySame(kept, first, "the record that the second found")
      try verifyEqual(try await scene.all(from: store).count, 1, "the number of records")
    },
    StoreLaw(.inserting, "of two clients that insert one id at once, one inserts and the other meets it") { scene in
      let clients = [try await scene.client(), try await scene.client(), try await scene.client()]
      for round in 0..<10 {
        let id = JobID("race-\(round)")
        let inserted = try await withThrowingTaskGroup(of: Int.self) { group in
          for (number, client) in clients.enumerated() {
            group.addTask {
              let answers = try await client.insert([scene.record(id, at: Double(number))], resolving: LawScene.keep)
              if case .inserted? = answers.first { return 1 } else { return 0 }
            }
          }
          return try await group.reduce(0, +)
        }
        try verifyEqual(inserted, 1, "the number of clients that inserted \(id)")
      }
    },
    StoreLaw(.inserting, "a batch that is too large fails before it does anything") { scene in
      let store = try await scene.client()
      let records = (0...store.capabilities.maximumBatch).map { scene.record(JobID("job-\($0)"), at: 1) }
      try await verifyThrows(.batchTooLarge, "inserting \(records.count) records") {
        _ = try await store.insert(records, resolving: LawScene.keep)
      }
      try verifyEqual(try await scene.all(from: store).count, 0, "the number of records")
      let allowed = try await store.insert(Array(records.dropLast()), resolving: LawScene.keep)
      try verifyEqual(allowed.count, store.capabilities.maximumBatch, "the answers to the largest batch")
    },
    StoreLaw(.inserting, "a payload that is too large fails before anything is done") { scene in
      let store = try await scene.client()
      let payload = [UInt8](repeating: 0x20, count: store.capabilities.maximumPayload + 1)
      let large = JobMachine.newRecord(
        scene.definition("large", .at(scene.at(1)), payload: payload), now: LawScene.start)
      try await verifyThrows(.payloadTooLarge, "inserting \(payload.count) bytes") {
        _ = try await store.insert([scene.record("small", at: 1), large], resolving: LawScene.keep)
      }
      try verifyEqual(try await scene.all(from: store).count, 0, "the number of records")
    },
    StoreLaw(.inserting, "a record that cannot be read is not written over by an insertion", requires: .spoil) {
      scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1)], into: store)
      try await scene.harness.spoil?(store, "a")
      // How the trouble is told is the store's affair; what matters is that nothing is lost by it.
      _ = try? await store.insert([scene.record("a", at: 2)], resolving: LawScene.keep)
      try verifyEqual(
        try await store.query(JobQuery(statuses: nil)).unreadable.map(\.id), ["a"], "the records that cannot be read")
    },
  ]
}
