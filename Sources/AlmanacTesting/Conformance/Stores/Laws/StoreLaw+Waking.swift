import Almanac

extension StoreLaw {
  static let waking: [StoreLaw] = [
    StoreLaw(.waking, "the earliest wake is the instant from which on advancing finds something") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let graced = JobPolicies(misfireGrace: .seconds(5))
      try await scene.put(
        [
          scene.record("plain", at: 50), scene.record("graced", at: 30, policies: graced),
          scene.record("mail", at: 10, lane: Lane(queue: "mail", jobName: "job")),
          scene.record("gpu", at: 20, lane: Lane(jobName: "job", executor: "gpu"), policies: graced),
          scene.record("other", at: 5, lane: Lane(jobName: "other")),
          scene.record("newer", at: 1, lane: Lane(jobName: "job", format: RecordFormat.current + 1)),
        ], into: store)
      // One run that times out, one tombstone.
      try await scene.put([scene.record("timeout", at: 0, policies: JobPolicies(timeout: .seconds(40)))], into: store)
      _ = try await scene.claim(scene.demand(), at: 0, as: session.epoch, on: store)
      try await scene.put([scene.record("removed", at: 0, policies: JobPolicies(retention: .seconds(25)))], into: store)
      try await scene.send(.removed, to: "removed", at: 0, on: store)

      for queues in [nil, ["default"], ["mail"], ["nothing"]] as [Set<String>?] {
        for names in [["job"], ["other"], ["job", "other"], []] as [Set<String>] {
          for slots in [["default": 1], ["default": 0], ["gpu": 1], ["gpu": 0, "default": 1], [:]] {
            let demand = scene.demand(slots: slots, queues: queues, names: names)
            try await StoreLaw.verifyAgreement(demand, as: session.epoch, on: store, scene)
          }
        }
      }
    },
    StoreLaw(.waking, "the earliest wake moves with every write") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let demand = scene.demand()
      func verifyWake(_ seconds: Double?, _ when: String) async throws {
        try verifyEqual(try await store.earliestWake(demand), seconds.map { scene.at($0) }, "the earliest wake \(when)")
      }
      try await verifyWake(nil, "of an empty store")
      try await scene.put([try scene.recurring("a", every: 10)], into: store)
      try await verifyWake(10, "of a new job")
      try await scene.put([scene.record("b", at: 4)], into: store)
      try await verifyWake(4, "after an earlier one was added")
      try await scene.send(.paused(note: nil), to: "b", at: 1, on: store)
      try await verifyWake(10, "after that was paused")
      try await scene.send(.resumed(.fromNow), to: "b", at: 2, on: store)
      try await verifyWake(4, "after it was resumed")
      _ = try await store.update(["b"]) { _ in .erase }
      try await verifyWake(10, "after it was erased")
      let orders = try await scene.claim(demand, at: 10, as: session.epoch, on: store).orders
      // While the run goes the next fire needs no slot: the overlap policy answers it.
      try await verifyWake(20, "while a run goes")
      let order = try verifyPresent(orders.first, "a run began").order
      try await scene.finish("a", order.token, at: 11, on: store)
      try await verifyWake(20, "after the run ended")
      try await scene.send(.skipNext, to: "a", at: 12, on: store)
      try await verifyWake(30, "after a fire was skipped")
      try await scene.send(.triggeredByHand(), to: "a", at: 13, on: store)
      try await verifyWake(13, "after it was triggered by hand")
    },
  ]

  /// Just before the earliest wake nothing is taken, at it something.
  static func verifyAgreement(
    _ demand: Demand, as epoch: Epoch, on store: any JobStore, _ scene: LawScene
  ) async throws {
    guard let wake = try await store.earliestWake(demand) else {
      let taken = try await scene.taken(demand, at: .distantFuture, as: epoch, on: store)
      try verifyEqual(taken.map(\.id), [], "what \(demand) takes, which is never woken")
      return
    }
    let early = try await scene.taken(demand, at: wake - .microseconds(1), as: epoch, on: store)
    try verifyEqual(early.map(\.id), [], "what \(demand) takes before its earliest wake \(wake)")
    let onTime = try await scene.taken(demand, at: wake, as: epoch, on: store)
    try verify(!onTime.isEmpty, "\(demand) takes nothing at its earliest wake \(wake)")
  }
}
