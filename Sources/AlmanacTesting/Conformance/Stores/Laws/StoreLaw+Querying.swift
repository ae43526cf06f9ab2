import Almanac

extension StoreLaw {
  static let querying: [StoreLaw] = [
    StoreLaw(.querying, "every filter, alone and with every other, finds the jobs that match it") { scene in
      let store = try await scene.client()
      let zoo = try await Zoo.fill(store, scene)
      for query in Zoo.queries(scene) {
        let expected = zoo.filter { query.matches($0) }.map(\.id).sorted {
          $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8)
        }
        let found = try await scene.all(query, from: store).map(\.id)
        try verifyEqual(found, expected, "the jobs found by \(query)")
      }
    },
    StoreLaw(.querying, "every filter finds the same jobs by next fire, page by page") { scene in
      let store = try await scene.client()
      let zoo = try await Zoo.fill(store, scene)
      for var query in Zoo.queries(scene) {
        query.order = .nextFire
        query.limit = 2
        let found = try await scene.all(query, from: store).map(\.id)
        let expected = zoo.filter { query.matches($0) }.map(\.id).sorted()
        try verifyEqual(found.sorted(), expected, "the jobs found by \(query)")
      }
    },
    StoreLaw(.querying, "a job that keeps a dead fire is found from that change on, and not after the last is gone") {
      scene in
      let store = try await scene.client()
      try await scene.put([scene.record("a", at: 1), scene.record("b", at: 1)], into: store)
      func found() async throws -> [JobID] { try await scene.all(JobQuery(hasDead: true), from: store).map(\.id) }
      try verifyEqual(try await found(), [], "the jobs with dead fires at first")
      for (dead, expected) in [(1, ["b"]), (2, ["b"]), (0, [])] as [(Int, [JobID])] {
        _ = try await store.update(["b"]) { record in
          var next = record
          next.state.revision += 1
          next.state.dead = (0..<dead).map {
            DeadRun(fireTime: scene.at(Double($0)), attempt: 1, outcome: .failed, diedAt: scene.at(9))
          }
          return .commit(next, [])
        }
        try verifyEqual(try await found(), expected, "the jobs with dead fires, of which b has \(dead)")
      }
    },
    StoreLaw(.querying, "the jobs of a page are whole records") { scene in
      let store = try await scene.client()
      let zoo = try await Zoo.fill(store, scene)
      for found in try await scene.all(from: store) {
        let expected = try verifyPresent(zoo.first { $0.id == found.id }, "\(found.id) was never inserted")
        try verifySame(found, expected, "the record of \(found.id)")
      }
    },
    StoreLaw(.querying, "ids are ordered by their bytes of UTF-8") { scene in
      let store = try await scene.client()
      let ids: [JobID] = ["b", "a", "B", "aa", "a-", "a_", "ä", "z", "é", "日本", "😀", "\u{FFFD}", "0", "~", "a b"]
      try await scene.put(ids.map { scene.record($0, at: 1) }, into: store)
      let expected = ids.sorted { $0.rawValue.utf8.lexicographicallyPrecedes($1.rawValue.utf8) }
      try verifyEqual(try await scene.all(from: store).map(\.id), expected, "the ids in their order")
      try verifyEqual(
        try await scene.all(JobQuery(limit: 2), from: store).map(\.id), expected, "the ids in pages of two")
    },
    StoreLaw(.querying, "the next fire first, ties by id, jobs without one last") { scene in
      let store = try await scene.client()
      var records = [("d", 3.0), ("b", 1), ("c", 1), ("a", 2), ("e", -5)].map { scene.record(JobID($0.0), at: $0.1) }
      for id in ["y", "x"] {
        var record = scene.record(JobID(id), at: 1)
        record.state.nextFire = nil
        record.state.status = .paused
        records.append(record)
      }
      try await scene.put(records, into: store)
      for limit in 1...8 {
        let query = JobQuery(statuses: nil, order: .nextFire, limit: limit)
        try verifyEqual(
          try await scene.all(query, from: store).map(\.id.rawValue), ["e", "b", "c", "a", "d", "x", "y"],
          "the jobs by next fire, in pages of \(limit)")
      }
    },
    StoreLaw(
      .querying, "pages neither repeat nor miss a job, whatever their size",
      { scene in
        let store = try await scene.client()
        let ids = (0..<23).map { JobID("job-\($0 * 7 % 23 + 10)") }
        try await scene.put(ids.map { scene.record($0, at: Double($0.rawValue.utf8.count)) }, into: store)
        for order in JobOrder.allCases {
          for limit in [1, 2, 3, 5, 22, 23, 24, 1_000] {
            let found = try await scene.all(JobQuery(order: order, limit: limit), from: store).map(\.id)
            try verifyEqual(found, ids.sorted(), "the jobs by \(order) in pages of \(limit)")
          }
        }
      }),
    StoreLaw(.querying, "the last page says that it is the last, and a limit is kept within its bounds") { scene in
      let store = try await scene.client()
      try await scene.put((0..<4).map { scene.record(JobID("job-\($0)"), at: 1) }, into: store)
      let exact = try await store.query(JobQuery(limit: 4))
      try verify(exact.records.count == 4 && exact.next == nil, "a full page that is the last has no next")
      let short = try await store.query(JobQuery(limit: 3))
      try verify(short.records.count == 3 && short.next != nil, "a page with more behind it has a next")
      for limit in [0, -5] {
        try verifyEqual(
          try await store.query(JobQuery(limit: limit)).records.count, 1, "the jobs on a page of \(limit)")
      }
      try verifyEqual(
        try await store.query(JobQuery(limit: .max)).records.count, 4, "the jobs on a page without bound")
    },
    StoreLaw(.querying, "a page goes on behind its cursor even where the job of the cursor is gone") { scene in
      let store = try await scene.client()
      let ids: [JobID] = ["a", "b", "c", "d"]
      try await scene.put(ids.map { scene.record($0, at: 1) }, into: store)
      for order in JobOrder.allCases {
        let first = try await store.query(JobQuery(order: order, limit: 2))
        _ = try await store.update(["b"]) { _ in .erase }
        let second = try await store.query(JobQuery(order: order, limit: 2, cursor: first.next))
        try verifyEqual(second.records.map(\.id), ["c", "d"], "the second page by \(order)")
        try await scene.put([scene.record("b", at: 1)], into: store)
      }
    },
    StoreLaw(.querying, "jobs that are there throughout are listed once while others come and go") { scene in
      let store = try await scene.client()
      let other = try await scene.client()
      let steady = (0..<20).map { JobID("job-\($0 + 10)") }
      try await scene.put(steady.map { scene.record($0, at: 1) }, into: store)
      var query = JobQuery(limit: 3)
      var seen: [JobID] = []
      for round in 0..<100 {
        let page = try await store.query(query)
        seen += page.records.map(\.id)
        guard let next = page.next else { break }
        query.cursor = next
        try await scene.put([scene.record(JobID("job-\(round + 10)-x"), at: 1)], into: other)
      }
      try verifyEqual(seen.filter { steady.contains($0) }, steady, "the jobs that were there throughout")
    },
    StoreLaw(.querying, "records that cannot be read are told with the first page and only there", requires: .spoil) {
      scene in
      let store = try await scene.client()
      let ids: [JobID] = ["a", "b", "c", "d", "e"]
      try await scene.put(ids.map { scene.record($0, at: 1) }, into: store)
      try await scene.harness.spoil?(store, "b")
      let first = try await store.query(JobQuery(limit: 2))
      try verifyEqual(first.unreadable.map(\.id), ["b"], "what cannot be read")
      try verify(first.unreadable.allSatisfy { !$0.reason.isEmpty }, "a reason is given")
      try verifyEqual(first.records.map(\.id), ["a", "c"], "the first page")
      let second = try await store.query(JobQuery(limit: 2, cursor: first.next))
      try verifyEqual(second.unreadable, [], "what is told with the second page")
      try verifyEqual(second.records.map(\.id), ["d", "e"], "the second page")
    },
  ]
}

/// Jobs that differ in everything that a query can ask for.
private enum Zoo {
  static func fill(_ store: any JobStore, _ scene: LawScene) async throws -> [JobRecord] {
    var records: [JobRecord] = []
    let prefixes = ["exam/", "exam%", "EXAM/", "ex_m/", "é/"]
    for (number, status) in (JobStatus.allCases + JobStatus.allCases).enumerated() {
      var record = JobMachine.newRecord(
        scene.definition(
          JobID(prefixes[number % prefixes.count] + String(number)), .at(scene.at(Double(number))),
          lane: Lane(queue: number % 2 == 0 ? "mail" : "m%", jobName: number % 3 == 0 ? "send" : "Send"),
          tags: [["a", "b"], ["a"], [], ["a,b"], ["b", "ü '\""]][number % 5],
          creator: [nil, "file", "File"][number % 3]), now: LawScene.start)
      record.state.status = status
      if number % 3 == 1 {
        record.state.dead = [DeadRun(fireTime: scene.at(-1), attempt: 1, outcome: .failed, diedAt: scene.at(0))]
      }
      record.state.zoneData = [nil, "2026a", "2026b", "a\"/b"][number % 4]
      records.append(record)
    }
    try await scene.put(records, into: store)
    return records
  }

  static func queries(_ scene: LawScene) -> [JobQuery] {
    var queries: [JobQuery] = [JobQuery(), JobQuery(statuses: nil), JobQuery(statuses: [])]
    queries += JobStatus.allCases.map { JobQuery(statuses: [$0]) }
    queries += ["exam", "exam/", "exam%", "ex_", "E", "é", "", "nothing"].map { JobQuery(statuses: nil, idPrefix: $0) }
    queries += ["send", "Send", "s%"].map { JobQuery(statuses: nil, jobName: $0) }
    queries += ["mail", "m%", "m_"].map { JobQuery(statuses: nil, queue: $0) }
    queries += ["file", "File", ""].map { JobQuery(statuses: nil, creator: $0) }
    queries += [["a"], ["b"], ["a", "b"], ["a,b"], ["ü '\""], ["A"]].map { JobQuery(statuses: nil, tags: Set($0)) }
    queries.append(
      JobQuery(statuses: [.active, .paused], idPrefix: "exam", jobName: "send", queue: "mail", tags: ["a"]))
    queries.append(JobQuery(statuses: [.active], jobName: "Send", creator: "file"))
    queries += ["2026a", "a\"/b", "2026"].map { JobQuery(statuses: nil, zoneDataOtherThan: $0) }
    queries.append(JobQuery(statuses: [.active, .paused], jobName: "Send", zoneDataOtherThan: "2026b"))
    queries += ["s", "S", "send", "sends", "", "s%", "s_"].map { JobQuery(statuses: nil, jobNamePrefix: $0) }
    queries.append(JobQuery(statuses: nil, jobName: "send", jobNamePrefix: "S"))
    for statuses in [nil, Set([JobStatus.active, .paused]), [.finished]] {
      queries.append(JobQuery(statuses: statuses, hasDead: true))
      queries.append(JobQuery(statuses: statuses, tags: ["a"], hasDead: true))
      queries.append(JobQuery(statuses: statuses, jobNamePrefix: "Se", hasDead: true, nextFireFrom: scene.at(4)))
      queries.append(JobQuery(statuses: statuses, nextFireFrom: scene.at(3)))
      queries.append(JobQuery(statuses: statuses, nextFireBefore: scene.at(3)))
      queries.append(JobQuery(statuses: statuses, nextFireFrom: scene.at(2), nextFireBefore: scene.at(8)))
      queries.append(JobQuery(statuses: statuses, nextFireFrom: scene.at(8), nextFireBefore: scene.at(2)))
      queries.append(JobQuery(statuses: statuses, creator: "file", nextFireBefore: scene.at(7)))
    }
    return queries
  }
}
