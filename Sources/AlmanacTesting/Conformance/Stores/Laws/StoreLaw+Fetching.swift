import Almanac

extension StoreLaw {
  static let fetching: [StoreLaw] = [
    StoreLaw(.fetching, "records are fetched in the order of their ids, nil where there is none") { scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 2)], into: store)
      let records = try await store.fetch(["b", "nobody", "a", "b"])
      try verifyEqual(records.map { $0?.id.rawValue }, ["b", nil, "a", "b"], "the records")
      try verifyEqual(try await store.fetch([]).count, 0, "the records of no id")
    },
    StoreLaw(.fetching, "a batch that is too large fails") { scene in
      let store = try await scene.client()
      let ids = (0...store.capabilities.maximumBatch).map { JobID("job-\($0)") }
      try await verifyThrows(.batchTooLarge, "fetching \(ids.count) records") { _ = try await store.fetch(ids) }
    },
    StoreLaw(.fetching, "a record that cannot be read is fetched as nil", requires: .spoil) { scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1)], into: store)
      try await scene.harness.spoil?(store, "a")
      try verifyEqual(
        try await store.fetch(["a", "b"]).map { $0?.id.rawValue }, [nil, "b"], "the records, one of them spoilt")
    },
    StoreLaw(.fetching, "reading changes nothing") { scene in
      let store = try await scene.client()
      let record = scene.record("a", at: 1)
      try await scene.put([record], into: store)
      _ = try await store.query(JobQuery())
      _ = try await store.earliestWake(scene.demand())
      _ = try await store.owners()
      _ = try await store.history(HistoryQuery())
      try verifySame(try await scene.fetch("a", from: store), record, "the record after it was read")
    },
  ]
}
