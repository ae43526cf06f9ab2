import Almanac
import Synchronization

extension StoreLaw {
  static let updating: [StoreLaw] = [
    StoreLaw(.updating, "what a transition commits is written, answered with its effects, and seen by everybody") {
      scene in
      let store = try await scene.client()
      let record = scene.record("a", at: 1)
      try await scene.put([record], into: store)
      let answer = try await scene.send(.paused(note: "why"), to: "a", at: 2, on: store)
      guard case .committed(let stored, let effects) = answer else {
        throw LawViolation("expected a commit, saw \(answer)")
      }
      try verifyEqual(effects, [.report(.paused(note: "why"))], "the effects")
      try verifyEqual(stored.revision, record.revision + 1, "the revision")
      let fetched = try await scene.fetch("a", from: try await scene.client())
      try verifySame(fetched, stored, "the record, by another client")
      try verifyEqual(fetched.state.status, .paused, "the status")
    },
    StoreLaw(.updating, "a refusal writes nothing and is answered with the record as it was seen") { scene in
      let store = try await scene.client()
      let record = scene.record("a", at: 1)
      try await scene.put([record], into: store)
      let answers = try await store.update(["a"]) { _ in .refuse(.noSuchRun) }
      guard answers.count == 1, case .refused(let seen, .noSuchRun) = answers[0] else {
        throw LawViolation("expected the refusal, saw \(answers)")
      }
      try verifySame(seen, record, "the record that was seen")
      try verifySame(try await scene.fetch("a", from: store), record, "the record after the refusal")
    },
    StoreLaw(.updating, "an erased record is gone from everywhere, and its id is free") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      try await scene.put([scene.record("a", at: 1)], into: store)
      _ = try await scene.claim(scene.demand(), at: 1, as: session.epoch, on: store)
      let answers = try await store.update(["a"]) { _ in .erase }
      guard answers.count == 1, case .erased("a") = answers[0] else {
        throw LawViolation("expected the record to be erased, saw \(answers)")
      }
      try verify(try await store.fetch(["a"])[0] == nil, "an erased record was fetched")
      try verifyEqual(try await scene.all(from: store).count, 0, "the number of records listed")
      try verifyEqual(try await store.owners(), [], "the owners of runs")
      try verify(try await store.earliestWake(scene.demand()) == nil, "an erased record wakes somebody")
      try await scene.put([scene.record("a", at: 2)], into: store)
    },
    StoreLaw(.updating, "each id is answered, in order, missing where there is no record") { scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1)], into: store)
      let answers = try await store.update(["b", "nobody", "a"]) { record in
        JobMachine.apply(.paused(note: nil), to: record, now: record.state.statusSince)
      }
      let seen = answers.map { answer -> String in
        switch answer {
        case .committed(let record, _): "committed \(record.id)"
        case .missing(let id): "missing \(id)"
        default: "\(answer)"
        }
      }
      try verifyEqual(seen, ["committed b", "missing nobody", "committed a"], "the answers")
      try verifyEqual(try await store.update([]) { _ in .erase }.count, 0, "the answers to an empty batch")
    },
    StoreLaw(.updating, "an id that comes twice in a batch is updated twice, the second on the first") { scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1)], into: store)
      let answers = try await store.update(["a", "a"], StoreLaw.countOne)
      try verifyEqual(answers.count, 2, "the number of answers")
      try verifyEqual(try await scene.fetch("a", from: store).state.counters.dropped, 2, "the number of updates seen")
    },
    StoreLaw(.updating, "a batch that is too large fails before it does anything") { scene in
      let store = try await scene.client()
      try await scene.put([scene.record("job-0", at: 1)], into: store)
      let ids = (0...store.capabilities.maximumBatch).map { JobID("job-\($0)") }
      try await verifyThrows(.batchTooLarge, "updating \(ids.count) records") {
        _ = try await store.update(ids, StoreLaw.countOne)
      }
      try verifyEqual(try await scene.fetch("job-0", from: store).revision, 1, "the revision")
    },
    StoreLaw(.updating, "a definition that changed is written, and moves the record to its new lane") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1)], into: store)
      let changed = scene.definition(
        "a", .at(scene.at(7)), lane: Lane(queue: "night", jobName: "other", executor: "slow", priority: .high),
        payload: Array("new".utf8), tags: ["t"], creator: "me")
      let answer = try await scene.send(.modified(changed), to: "a", at: 0, on: store)
      guard case .committed(let stored, _) = answer else { throw LawViolation("expected a commit, saw \(answer)") }
      try verifySame(
        try await scene.fetch("a", from: try await scene.client()), stored, "the record with its new definition")
      try verifyEqual(stored.definition.payload, Array("new".utf8), "the payload")
      let old = try await scene.taken(scene.demand(), at: scene.at(100), as: session.epoch, on: store)
      try verifyEqual(old.map(\.id), ["b"], "what the old lane holds")
      let demand = scene.demand(slots: ["slow": 5], queues: ["night"], names: ["other"])
      let new = try await scene.taken(demand, at: scene.at(7), as: session.epoch, on: store)
      try verifyEqual(new.map(\.id), ["a"], "what the new lane holds")
      try verifyEqual(try await scene.all(JobQuery(tags: ["t"]), from: store).map(\.id), ["a"], "what has the new tag")
    },
    StoreLaw(.updating, "of many who update one record at once, each sees what the others did") { scene in
      let clients = [try await scene.client(), try await scene.client(), try await scene.client()]
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1)], into: clients[0])
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<9 {
          group.addTask {
            for _ in 0..<6 {
              let ids: [JobID] = number % 2 == 0 ? ["a", "b"] : ["b", "a"]
              for answer in try await clients[number % 3].update(ids, StoreLaw.countOne) {
                guard case .committed = answer else { throw LawViolation("an update was answered by \(answer)") }
              }
            }
          }
        }
        try await group.waitForAll()
      }
      for id in ["a", "b"] as [JobID] {
        let record = try await scene.fetch(id, from: clients[0])
        try verifyEqual(record.state.counters.dropped, 54, "the number of updates that \(id) remembers")
        try verifyEqual(record.revision, 55, "the revision of \(id)")
      }
    },
    StoreLaw(.updating, "a batch of which one change cannot be written is not written at all", requires: .atomicBatch) {
      scene in
      let store = try await scene.client()
      let ids: [JobID] = ["a", "b", "c", "d"]
      try await scene.put(ids.map { scene.record($0, at: 1) }, into: store)
      let tooLong = [UInt8](repeating: UInt8(ascii: "1"), count: store.capabilities.maximumPayload + 1)
      try await verifyThrows(.payloadTooLarge, "a payload of \(tooLong.count) bytes among others") {
        _ = try await store.update(ids) { record in
          guard record.id == "c" else { return StoreLaw.countOne(record) }
          let definition = scene.definition("c", .at(scene.at(1)), payload: tooLong)
          return .commit(JobRecord(definition: definition, state: record.state), [])
        }
      }
      for id in ids { try verifyEqual(try await scene.fetch(id, from: store).revision, 1, "the revision of \(id)") }
    },
    StoreLaw(.updating, "a record that cannot be read is answered so, kept, and hinders no other", requires: .spoil) {
      scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1)], into: store)
      try await scene.harness.spoil?(store, "a")
      let answers = try await store.update(["a", "b"], StoreLaw.countOne)
      guard answers.count == 2, case .unreadable("a", let reason) = answers[0], case .committed = answers[1] else {
        throw LawViolation("expected one unreadable and one committed, saw \(answers)")
      }
      try verify(!reason.isEmpty, "a reason is given")
      try verifyEqual(try await store.query(JobQuery()).unreadable.map(\.id), ["a"], "what cannot be read")
    },
  ]

  /// A transition that cannot be done twice without its being seen.
  static let countOne: @Sendable (JobRecord) -> Verdict = { record in
    var next = record
    next.state.counters.dropped += 1
    next.state.revision += 1
    return .commit(next, [])
  }
}
