import Almanac

extension StoreLaw {
  static let preparing: [StoreLaw] = [
    StoreLaw(.preparing, "a client declares what its harness declares") { scene in
      let store = try await scene.client()
      try verifyEqual(store.capabilities, scene.harness.capabilities, "the capabilities")
      try verify(store.capabilities.maximumBatch >= 1, "a store takes at least one item a call")
    },
    StoreLaw(.preparing, "preparing again is harmless, and loses nothing") { scene in
      let store = try await scene.client()
      let record = scene.record("a", at: 1)
      try await scene.put([record], into: store)
      try await store.prepare()
      try verifySame(try await scene.fetch("a", from: store), record, "the record after preparing again")
    },
    StoreLaw(.preparing, "clients may prepare the same namespace at once") { scene in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<4 {
          group.addTask {
            let client = try await scene.client()
            try await scene.put([scene.record(JobID("job-\(number)"), at: 1)], into: client)
          }
        }
        try await group.waitForAll()
      }
      let found = try await scene.all(from: try await scene.client())
      try verifyEqual(found.map(\.id), (0..<4).map { JobID("job-\($0)") }, "the records of all clients")
    },
    StoreLaw(.preparing, "a reading of the time does not go back by more than its uncertainty") { scene in
      let store = try await scene.client()
      let first = try await store.now()
      let second = try await store.now()
      try verify(first.uncertainty >= .zero, "an uncertainty is not negative")
      try verify(
        second.now + second.uncertainty + first.uncertainty >= first.now,
        "the time went back from \(first) to \(second)")
    },
    StoreLaw(.preparing, "the store's time is its clock's", requires: .clock) { scene in
      let store = try await scene.client()
      guard let clock = scene.harness.clock else { return }
      // Other laws may turn the same clock meanwhile: a bound on either side instead of an equality.
      let before = clock.now()
      let reading = try await store.now()
      let after = clock.now()
      try verify(
        reading.now + reading.uncertainty >= before && reading.now - reading.uncertainty <= after,
        "the clock said \(before) to \(after), the store \(reading)")
    },
  ]
}
