import Almanac
import Synchronization

extension StoreLaw {
  static let advancing: [StoreLaw] =
    taking + serving + [
      StoreLaw(.advancing, "for a dead session nothing is committed") { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft())
        try await scene.put([scene.record("a", at: 1)], into: store)
        _ = try await scene.client().markDead(session.epoch, expiringAt: session.expiresAt)
        for epoch in [session.epoch, Epoch(session.epoch.rawValue + 1_000_000)] {
          try await verifyThrows(.sessionLost, "advancing for session \(epoch)") {
            _ = try await scene.claim(scene.demand(), at: 5, as: epoch, on: store)
          }
        }
        try verifyEqual(try await scene.fetch("a", from: store).revision, 1, "the revision")
      },
      StoreLaw(.advancing, "a session that has expired and was not marked dead may commit") { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft(lifetime: .zero))
        try await scene.put([scene.record("a", at: 1)], into: store)
        let answers = try await scene.claim(scene.demand(), at: 5, as: session.epoch, on: store)
        try verifyEqual(answers.committed, ["a"], "what was committed")
      },
      StoreLaw(.advancing, "of clients that advance at once, each due record is claimed by exactly one") { scene in
        let clients = [try await scene.client(), try await scene.client(), try await scene.client()]
        let ids = (0..<30).map { JobID("job-\($0 + 10)") }
        try await scene.put(ids.map { scene.record($0, at: 1) }, into: clients[0])
        let orders = try await withThrowingTaskGroup(of: [(id: JobID, order: StartOrder)].self) { group in
          for client in clients {
            group.addTask {
              let session = try await client.openSession(scene.draft())
              var orders: [(id: JobID, order: StartOrder)] = []
              for batch in 0..<20 {
                let demand = scene.demand(slots: [Lane.defaultExecutor: 3])
                orders += try await scene.claim(demand, at: 2, as: session.epoch, batch: Int64(batch), on: client)
                  .orders
              }
              return orders
            }
          }
          return try await group.reduce(into: []) { $0 += $1 }
        }
        try verifyEqual(orders.map(\.id).sorted(), ids, "the jobs that were started, each once")
        for record in try await scene.all(from: clients[0]) {
          try verifyEqual(record.state.claims, 1, "the claims of \(record.id)")
        }
      },
      StoreLaw(.advancing, "what is due is worked off in a bounded number of rounds, and then there is rest") { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft())
        let policies = JobPolicies(catchUp: .all(limit: 5), overlap: .queue(limit: 5), timeout: .seconds(1))
        for number in 0..<3 {
          try await scene.put([try scene.recurring(JobID("job-\(number)"), every: 10, policies: policies)], into: store)
        }
        try await scene.put(
          [scene.record("late", at: 1, policies: JobPolicies(misfireGrace: .seconds(1)))], into: store)
        for round in 1...40 {
          let answers = try await scene.claim(scene.demand(), at: 100, as: session.epoch, on: store)
          if answers.isEmpty { break }
          for (id, order) in answers.orders { try await scene.finish(id, order.token, at: 100, on: store) }
          try verify(round < 40, "there is no end to what is due at one instant")
        }
        let wake = try await store.earliestWake(scene.demand())
        try verify(wake.map { $0 > scene.at(100) } ?? true, "somebody is woken at \(String(describing: wake)) still")
      },
      StoreLaw(.advancing, "a tombstone whose time has come is erased, and its history stays") { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft())
        try await scene.put([scene.record("a", at: 1, policies: JobPolicies(retention: .seconds(60)))], into: store)
        let order = try verifyPresent(
          try await scene.claim(scene.demand(), at: 1, as: session.epoch, on: store).orders.first, "a run began")
        try await scene.finish("a", order.order.token, at: 2, on: store)
        try verifyEqual(try await scene.fetch("a", from: store).state.status, .finished, "the status")
        try verifyEqual(
          try await scene.claim(scene.demand(), at: 61, as: session.epoch, on: store).count, 0, "what is due")
        let answers = try await scene.claim(scene.demand(), at: 62, as: session.epoch, on: store)
        guard answers.count == 1, case .erased("a") = answers[0] else {
          throw LawViolation("expected the tombstone to be erased, saw \(answers)")
        }
        try verify(try await store.fetch(["a"])[0] == nil, "the tombstone is there still")
        try verifyEqual(try await scene.history(from: store).map(\.job), ["a"], "the history")
      },
      StoreLaw(.advancing, "a record that cannot be read is not taken and wakes nobody", requires: .spoil) { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft())
        try await scene.put([scene.record("a", at: 1)], into: store)
        try await scene.harness.spoil?(store, "a")
        // The store may find out only when it takes the record.
        for _ in 0..<2 {
          for answer in try await scene.claim(scene.demand(), at: 5, as: session.epoch, on: store) {
            guard case .unreadable("a", _) = answer else {
              throw LawViolation("a spoilt record was answered by \(answer)")
            }
          }
        }
        try verify(try await store.earliestWake(scene.demand()) == nil, "a spoilt record wakes somebody")
        try verifyEqual(try await store.query(JobQuery()).unreadable.map(\.id), ["a"], "what cannot be read")
      },
    ]

  /// What is taken, when, and with what.
  private static let taking: [StoreLaw] = [
    StoreLaw(.advancing, "what is due is taken to the microsecond, nothing before") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1.000001)], into: store)
      let early = try await scene.taken(
        scene.demand(), at: scene.at(1) - .microseconds(1), as: session.epoch, on: store)
      try verifyEqual(early.map(\.id), [], "what is taken a microsecond early")
      let onTime = try await scene.taken(scene.demand(), at: scene.at(1), as: session.epoch, on: store)
      try verifyEqual(onTime.map(\.id), ["a"], "what is taken on time")
    },
    StoreLaw(.advancing, "what starts has a grant of one, as many as its executor has free slots") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let fast = (0..<5).map {
        scene.record(JobID("f\($0)"), at: Double($0), lane: Lane(jobName: "job", executor: "fast"))
      }
      let slow = (0..<5).map {
        scene.record(JobID("s\($0)"), at: Double($0), lane: Lane(jobName: "job", executor: "slow"))
      }
      try await scene.put(fast + slow, into: store)
      let demand = scene.demand(slots: ["fast": 3, "slow": 1])
      let taken = try await scene.taken(demand, at: scene.at(9), as: session.epoch, on: store)
      try verifyEqual(taken.map(\.id).sorted(), ["f0", "f1", "f2", "s0"], "what is taken, the earliest first")
      try verifyEqual(taken.map(\.starts), [1, 1, 1, 1], "the grants")
    },
    StoreLaw(.advancing, "without a free slot nothing starts, and everything is looked after all the same") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let hung = (0..<4).map { scene.record(JobID("hung-\($0)"), at: 1, policies: JobPolicies(timeout: .seconds(10))) }
      try await scene.put(hung, into: store)
      _ = try await scene.claim(scene.demand(), at: 1, as: session.epoch, on: store)
      try await scene.put([scene.record("waits", at: 2)], into: store)
      for slots in [0, -3] {
        let demand = scene.demand(slots: [Lane.defaultExecutor: slots])
        let taken = try await scene.taken(demand, at: scene.at(11), as: session.epoch, on: store)
        try verifyEqual(taken.map(\.id).sorted(), hung.map(\.id), "what is looked after with \(slots) slots")
        try verifyEqual(taken.map(\.starts), [0, 0, 0, 0], "the grants with \(slots) slots")
      }
    },
    StoreLaw(.advancing, "no more is looked after at once than the limit says, and the rest comes next") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let ids = (0..<5).map { JobID("job-\($0)") }
      try await scene.put(
        ids.map { scene.record($0, at: 1, policies: JobPolicies(timeout: .seconds(10))) }, into: store)
      _ = try await scene.claim(scene.demand(), at: 1, as: session.epoch, on: store)
      let demand = scene.demand(slots: [Lane.defaultExecutor: 0], tendLimit: 2)
      var sizes: [Int] = []
      var seen: [JobID] = []
      for _ in 0..<4 {
        let answers = try await scene.claim(demand, at: 20, as: session.epoch, on: store)
        sizes.append(answers.count)
        seen += answers.committed
      }
      try verifyEqual(sizes, [2, 2, 1, 0], "how many were taken each time")
      try verifyEqual(seen.sorted(), ids, "what was looked after")
    },
    StoreLaw(.advancing, "a record that may start and must be looked after is taken once, with its grant") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let policies = JobPolicies(overlap: .allow(limit: 2), timeout: .seconds(10))
      try await scene.put([try scene.recurring("a", every: 10, policies: policies)], into: store)
      _ = try await scene.claim(scene.demand(), at: 10, as: session.epoch, on: store)
      let taken = try await scene.taken(scene.demand(), at: scene.at(20), as: session.epoch, on: store)
      try verifyEqual(taken.map(\.id), ["a"], "what is taken")
      try verifyEqual(taken.map(\.starts), [1], "the grants")
    },
    StoreLaw(.advancing, "what is taken is answered with the record as it is now and the effects") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      try await scene.put([scene.record("a", at: 1)], into: store)
      let answers = try await scene.claim(scene.demand(), at: 3, as: session.epoch, batch: 77, on: store)
      guard answers.count == 1, case .committed(let record, let effects) = answers[0] else {
        throw LawViolation("expected one commit, saw \(answers)")
      }
      try verifySame(try await scene.fetch("a", from: try await scene.client()), record, "the record")
      let claim = try verifyPresent(record.state.runs.first?.claim, "the run is claimed")
      try verifyEqual(claim.owner, session.epoch, "the owner")
      try verifyEqual(claim.batch, 77, "the batch")
      try verifyEqual(effects.count, 2, "the effects: the start and its report")
    },
    StoreLaw(.advancing, "a transition that refuses leaves the record where it was") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let record = scene.record("a", at: 1)
      try await scene.put([record], into: store)
      for _ in 0..<2 {
        let taken = try await scene.taken(scene.demand(), at: scene.at(2), as: session.epoch, on: store)
        try verifyEqual(taken.map(\.id), ["a"], "what is taken")
      }
      try verifySame(try await scene.fetch("a", from: store), record, "the record")
    },
  ]

  /// Whom a demand serves.
  private static let serving: [StoreLaw] = [
    StoreLaw(.advancing, "only lanes that the demand serves are taken, started or looked after") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      let lanes: [(JobID, Lane)] = [
        ("plain", Lane(jobName: "job")), ("queue", Lane(queue: "other", jobName: "job")),
        ("name", Lane(jobName: "Job")), ("executor", Lane(jobName: "job", executor: "gpu")),
        ("format", Lane(jobName: "job", format: RecordFormat.current + 1)),
      ]
      // Each lane holds one that may start, and one that must be looked after as well: its grace is over at 3.
      let records = lanes.flatMap { id, lane in
        [
          scene.record(id, at: 1, lane: lane),
          scene.record(
            JobID("\(id)-tend"), at: 1, lane: lane, policies: JobPolicies(misfireGrace: .seconds(1))),
        ]
      }
      try await scene.put(records, into: store)
      let cases: [(Demand, [JobID])] = [
        (scene.demand(queues: ["default"]), ["plain", "plain-tend"]),
        (scene.demand(queues: ["other"]), ["queue", "queue-tend"]),
        (scene.demand(), ["plain", "plain-tend", "queue", "queue-tend"]),
        (scene.demand(queues: []), []),
        (scene.demand(names: []), []),
        (scene.demand(names: ["Job"]), ["name", "name-tend"]),
        (scene.demand(slots: [:]), []),
        (scene.demand(slots: ["gpu": 5]), ["executor", "executor-tend"]),
        (scene.demand(slots: ["gpu": 0]), ["executor-tend"]),
        (
          scene.demand(slots: ["gpu": 5, "default": 0], queues: ["default"]),
          ["executor", "executor-tend", "plain-tend"]
        ),
      ]
      for (demand, expected) in cases {
        let taken = try await scene.taken(demand, at: scene.at(3), as: session.epoch, on: store)
        try verifyEqual(taken.map(\.id).sorted(), expected, "what \(demand) takes")
      }
    },
    StoreLaw(.advancing, "a job that is paused, quarantined or removed does not start") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft())
      try await scene.put(["a", "b", "c"].map { scene.record($0, at: 5) }, into: store)
      try await scene.send(.paused(note: nil), to: "a", at: 0, on: store)
      try await scene.send(.removed, to: "b", at: 0, on: store)
      let taken = try await scene.taken(scene.demand(), at: scene.at(6), as: session.epoch, on: store)
      try verifyEqual(taken.map(\.id), ["c"], "what is taken")
      try await scene.send(.resumed(.catchUp), to: "a", at: 6, on: store)
      let after = try await scene.taken(scene.demand(), at: scene.at(6), as: session.epoch, on: store)
      try verifyEqual(after.map(\.id).sorted(), ["a", "c"], "what is taken after the pause")
    },
  ]
}
