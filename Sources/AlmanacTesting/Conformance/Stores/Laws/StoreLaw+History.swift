import Almanac

extension StoreLaw {
  static let history: [StoreLaw] =
    outbox + pruning + [
      StoreLaw(.history, "a row is there once, however often and by whomever it is appended") { scene in
        let store = try await scene.client()
        let rows = (0..<5).map { Row.attempt("a", revision: Int64($0), at: scene.at(Double($0))) }
        try await store.append(rows + rows)
        try await store.append(Array(rows.prefix(3)))
        try await scene.client().append(rows)
        try verifyEqual(try await scene.history(from: store), rows.reversed(), "the history")
        try await store.append([])
      },
      StoreLaw(.history, "rows that differ in job, incarnation, revision or ordinal are different rows") { scene in
        let store = try await scene.client()
        var rows: [HistoryRow] = []
        for job in ["a", "b"] as [JobID] {
          for (incarnation, revision, ordinal) in [(1, 1, 0), (1, 1, 1), (1, 2, 0), (2, 1, 0)] {
            var row = Row.attempt(job, revision: Int64(revision), at: scene.at(Double(rows.count)))
            row.incarnation = Int64(incarnation)
            row.ordinal = ordinal
            rows.append(row)
          }
        }
        try await store.append(rows)
        try verifyEqual(try await scene.history(from: store), rows.reversed(), "the history")
      },
      StoreLaw(.history, "every kind of row comes back as it was written") { scene in
        let store = try await scene.client()
        let rows = Row.everyKind(scene)
        try await store.append(rows)
        try verifyEqual(try await scene.history(from: store), rows.reversed(), "the history")
      },
      StoreLaw(.history, "the newest comes first, and pages neither repeat nor miss a row") { scene in
        let store = try await scene.client()
        let rows = (0..<23).map {
          Row.attempt(JobID("job-\($0 % 4)"), revision: Int64($0), at: scene.at(Double($0 / 2)))
        }
        for row in rows { try await store.append([row]) }
        for limit in [1, 2, 5, 22, 23, 24, 1_000] {
          try verifyEqual(
            try await scene.history(HistoryQuery(limit: limit), from: store), rows.reversed(),
            "the history in pages of \(limit)")
        }
        let exact = try await store.history(HistoryQuery(limit: 23))
        try verify(exact.next == nil, "a full page that is the last has no next")
      },
      StoreLaw(.history, "every filter finds the rows that match it") { scene in
        let store = try await scene.client()
        let rows = (0..<20).map { number -> HistoryRow in
          var row = Row.attempt(JobID("job-\(number % 3)"), revision: Int64(number), at: scene.at(Double(number)))
          row.jobName = number % 2 == 0 ? "even" : "odd"
          return row
        }
        try await store.append(rows)
        let queries = [
          HistoryQuery(job: "job-1"), HistoryQuery(job: "nobody"), HistoryQuery(jobName: "odd"),
          HistoryQuery(since: scene.at(5)), HistoryQuery(before: scene.at(5)),
          HistoryQuery(since: scene.at(5), before: scene.at(6)), HistoryQuery(since: scene.at(6), before: scene.at(5)),
          HistoryQuery(job: "job-2", jobName: "even", since: scene.at(3), before: scene.at(17)),
        ]
        for query in queries {
          for limit in [1, 100] {
            var query = query
            query.limit = limit
            try verifyEqual(
              try await scene.history(query, from: store), rows.filter { query.matches($0) }.reversed(),
              "the rows found by \(query)")
          }
        }
      },
      StoreLaw(.history, "a batch that is too large fails before it does anything") { scene in
        let store = try await scene.client()
        let rows = (0...store.capabilities.maximumBatch).map {
          Row.attempt("a", revision: Int64($0), at: scene.at(Double($0)))
        }
        try await verifyThrows(.batchTooLarge, "appending \(rows.count) rows") { try await store.append(rows) }
        try verifyEqual(try await scene.history(from: store).count, 0, "the number of rows")
      },
    ]

  private static let outbox: [StoreLaw] = [
    StoreLaw(.history, "what a commit tells is in the history with it, or in the outbox until it is") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft()).epoch
      try await scene.put([try scene.recurring("a", every: 10)], into: store)
      let order = try verifyPresent(
        try await scene.claim(scene.demand(), at: 10, as: session, on: store).orders.first, "a run began"
      ).order
      let answers = try await store.update(["a"]) {
        JobMachine.apply(
          .finished(order.token, .succeeded, startedAt: scene.at(10), endedAt: scene.at(11)), to: $0, now: scene.at(11))
      }
      guard case .committed(let record, _)? = answers.first else {
        throw LawViolation("expected a commit, saw \(answers)")
      }
      let fetched = try await scene.fetch("a", from: try await scene.client())
      try verifySame(record, fetched, "the record that was answered")
      let rows = try await scene.history(from: store)
      if store.capabilities.atomicHistory {
        try verifyEqual(fetched.state.outbox, [], "the outbox of a store that commits history at once")
        try verify(fetched.state.outboxDueAt == nil, "an empty outbox wants to be looked at")
        try verifyEqual(rows.map(\.revision), [fetched.revision], "the history")
      } else {
        try verifyEqual(fetched.state.outbox.map(\.revision), [fetched.revision], "the outbox")
        try verifyEqual(rows, [], "the history before the outbox was taken there")
        let dueAt = try verifyPresent(fetched.state.outboxDueAt, "a full outbox wants to be looked at")
        let demand = scene.demand(slots: [Lane.defaultExecutor: 0])
        try verifyEqual(try await store.earliestWake(demand), dueAt, "the earliest wake")
        try await scene.settle(answers, on: store)
        try verifyEqual(try await scene.fetch("a", from: store).state.outbox, [], "the outbox after it was trimmed")
        try verifyEqual(try await scene.history(from: store).map(\.revision), [fetched.revision], "the history")
      }
    },
    StoreLaw(.history, "what a job has still to tell when it is replaced is told, and what its replacing tells") {
      scene in
      let store = try await scene.client()
      try await scene.put([try scene.recurring("a", every: 10)], into: store)
      // Skips the fire at 10, and leaves it to the next one to take that to the history.
      _ = try await store.update(["a"]) { JobMachine.apply(.skipNext, to: $0, now: scene.at(0)) }
      // The fire at 20 was missed and belongs to a trigger that is gone.
      let answers = try await store.insert([scene.record("a", at: 99)]) {
        JobMachine.resolve(existing: $0, proposed: $1, .replace, now: scene.at(25))
      }
      guard case .replaced(let record, let effects)? = answers.first else {
        throw LawViolation("expected a replacement, saw \(answers)")
      }
      try verifySame(try await scene.fetch("a", from: store), record, "the record that was answered")
      try await scene.settle([.committed(record, effects)], on: store)
      let reasons = try await scene.history(from: store).map { row -> FateReason? in
        if case .fate(let fate) = row.entry { fate.reason } else { nil }
      }
      try verifyEqual(reasons, [.removed, .skipped], "what the history tells")
    },
  ]
}
