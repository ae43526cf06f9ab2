import Almanac

extension StoreLaw {
  static let fidelity: [StoreLaw] =
    extremes + [
      StoreLaw(.fidelity, "every field of a record comes back as it was written") { scene in
        let store = try await scene.client()
        let record = StoreLaw.fullRecord(scene)
        try await scene.put([record], into: store)
        let seen = try await scene.fetch("full", from: try await scene.client())
        try verifyStored(seen, record, store, "the record that was inserted")
        let answers = try await store.update(["full"], StoreLaw.countOne)
        guard case .committed(let updated, _)? = answers.first else {
          throw LawViolation("expected a commit, saw \(answers)")
        }
        try verifySame(try await scene.fetch("full", from: store), updated, "the record that was updated")
        var expected = seen
        expected.state.counters.dropped += 1
        expected.state.revision += 1
        try verifySame(updated, expected, "the record that was updated, against what the transition saw")
      },
      StoreLaw(.fidelity, "what this version does not know survives being read, claimed and written") { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft()).epoch
        let unknown = UnknownFields(["fromTomorrow": ["deep": [1, -2.5, nil, true, "ü"]]])
        var record = JobMachine.newRecord(
          scene.definition("a", .at(scene.at(5)), extras: JobExtras(concurrencyKey: "k", unknown: unknown)),
          now: LawScene.start)
        record.state.unknown = unknown
        record.state.runs = [Run(fireTime: scene.at(1), phase: .waiting(until: scene.at(1)), unknown: unknown)]
        try await scene.put([record], into: store)
        try verifyEqual(
          try await scene.claim(scene.demand(), at: 2, as: session, on: store).orders.count, 1, "the runs that began")
        let seen = try await scene.fetch("a", from: try await scene.client())
        try verifyEqual(seen.definition.extras?.unknown, unknown, "what the definition holds of tomorrow")
        try verifyEqual(seen.state.unknown, unknown, "what the state holds of tomorrow")
        try verifyEqual(seen.state.runs.map(\.unknown), [unknown], "what the run holds of tomorrow")
      },
      StoreLaw(.fidelity, "a payload is bytes, any of them, and nobody looks inside") { scene in
        let store = try await scene.client()
        let all: [[UInt8]] = [
          [], [0], Array(0...255), Array("{\"ключ\": \"\\u0000\"}".utf8), Array("null".utf8), [0xC3],
          [0xEF, 0xBB, 0xBF],
          Array("'; DROP TABLE jobs; --".utf8), Array(" \r\n\t".utf8),
        ]
        let payloads = all.filter { $0.count <= store.capabilities.maximumPayload }
        for (number, payload) in payloads.enumerated() {
          let definition = scene.definition(JobID("p\(number)"), .at(scene.at(1)), payload: payload)
          try await scene.put([JobMachine.newRecord(definition, now: LawScene.start)], into: store)
        }
        for (number, payload) in payloads.enumerated() {
          let seen = try await scene.fetch(JobID("p\(number)"), from: store)
          try verifyEqual(seen.definition.payload, payload, "payload \(number)")
        }
      },
      StoreLaw(.fidelity, "a payload of the greatest size comes back whole") { scene in
        let store = try await scene.client()
        let size = store.capabilities.maximumPayload
        let payload = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        let definition = scene.definition("large", .at(scene.at(1)), payload: payload)
        try await scene.put([JobMachine.newRecord(definition, now: LawScene.start)], into: store)
        let seen = try await scene.fetch("large", from: try await scene.client())
        // Not by an equality that would print both.
        try verify(seen.definition.payload == payload, "a payload of \(size) bytes did not come back as it was")
      },
    ]

  private static let extremes: [StoreLaw] = [
    StoreLaw(.fidelity, "an id may have 255 bytes of any text") { scene in
      let store = try await scene.client()
      let ids = [
        String(repeating: "a", count: 255), String(repeating: "日", count: 85),
        String(repeating: "😀", count: 63) + "abc",
        "a b", " a", "a ", "it's", "\"quoted\"", "back\\slash", "semi;colon", "per%cent", "under_score", "a/b/c", "A",
        "a",
        "$a.b", "{x}", "[0]", "*", "?", "#", "-1", "null", "0", "e\u{301}x", "\u{200D}", "\u{10FFFF}", "ﬀ", "ß",
      ].map { JobID($0) }
      try await scene.put(ids.map { scene.record($0, at: 1) }, into: store)
      for id in ids {
        let answers = try await store.update([id], StoreLaw.countOne)
        guard case .committed(let record, _)? = answers.first, record.id.rawValue.utf8.elementsEqual(id.rawValue.utf8)
        else { throw LawViolation("the job \(id) was not found by its id: \(answers)") }
        try verifyEqual(record.revision, 2, "the revision of \(id)")
      }
    },
    StoreLaw(.fidelity, "ids that look alike and differ in their bytes are different jobs") { scene in
      let store = try await scene.client()
      // Composed and decomposed, upper and lower case, with and without a space at the end.
      let ids: [JobID] = ["caf\u{E9}", "cafe\u{301}", "Caf\u{E9}", "caf\u{E9} ", "cafe"]
      try await scene.put(ids.enumerated().map { scene.record($1, at: Double($0)) }, into: store)
      for (number, id) in ids.enumerated() {
        let seen = try await scene.fetch(id, from: store)
        try verifyEqual(seen.state.nextFire, scene.at(Double(number)), "the next fire of id number \(number)")
      }
    },
    StoreLaw(.fidelity, "instants are exact from the first to the last") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft()).epoch
      let instants: [Int64] = [.min, .min + 1, -1, 0, 1, 1_893_456_000_000_001, .max - 1, .max]
      for (number, microseconds) in instants.enumerated() {
        let instant = Instant(microsecondsSinceEpoch: microseconds)
        let record = JobMachine.newRecord(scene.definition(JobID("i\(number)"), .at(instant)), now: LawScene.start)
        try await scene.put([record], into: store)
        let seen = try await scene.fetch(JobID("i\(number)"), from: store)
        try verifyEqual(seen.state.nextFire, instant, "the next fire")
      }
      let listed = try await scene.all(JobQuery(statuses: nil, order: .nextFire, limit: 3), from: store)
      try verifyEqual(
        listed.map { $0.state.nextFire?.microsecondsSinceEpoch }, instants, "the next fires in their order")
      // The last instant of all stands for never: what is due then wakes nobody.
      for (number, microseconds) in instants.dropLast().enumerated() {
        let instant = Instant(microsecondsSinceEpoch: microseconds)
        let taken = try await scene.taken(scene.demand(), at: instant, as: session, on: store)
        try verifyEqual(
          taken.map(\.id).sorted(), (0...number).map { JobID("i\($0)") }, "what is due at \(microseconds)")
      }
      try verifyEqual(try await store.earliestWake(scene.demand()), .distantPast, "the earliest wake")
    },
    StoreLaw(.fidelity, "names of lanes, tags and creators may be any text") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft()).epoch
      let text = "日本 'quoted' \"twice\" \\ % _ , ; {} 😀 \n\t"
      let lane = Lane(queue: "q" + text, jobName: "n" + text, executor: "e" + text)
      let definition = scene.definition(
        "a", .at(scene.at(1)), lane: lane, tags: ["t" + text, text], creator: "c" + text)
      try await scene.put([JobMachine.newRecord(definition, now: LawScene.start)], into: store)
      let query = JobQuery(jobName: lane.jobName, queue: lane.queue, creator: "c" + text, tags: [text, "t" + text])
      try verifyEqual(try await scene.all(query, from: store).map(\.id), ["a"], "what the query finds")
      let demand = scene.demand(slots: [lane.executor: 1], queues: [lane.queue], names: [lane.jobName])
      let taken = try await scene.taken(demand, at: scene.at(1), as: session, on: store)
      try verifyEqual(taken.map(\.id), ["a"], "what the lane holds")
    },
  ]

  /// A record in which nothing has its default.
  private static func fullRecord(_ scene: LawScene) -> JobRecord {
    let unknown = UnknownFields(["later": ["a": [1, 2.5, nil]], "big": 9_007_199_254_740_993])
    let claim = Claim(
      number: .max - 1, owner: Epoch(.max), batch: .min, at: scene.at(1), timeoutAt: scene.at(2), cancelling: .requested
    )
    let definition = JobDefinition(
      id: "full", incarnation: .max, revision: 77, createdAt: scene.at(-1.5), payload: Array("päyload".utf8),
      trigger: .at(scene.at(0.000001)),
      profile: JobProfile(
        lane: Lane(queue: "q", jobName: "n", executor: "e", priority: .critical, format: 1),
        policies: JobPolicies(
          misfireGrace: .microseconds(1), catchUp: .all(limit: 64), overlap: .allow(limit: 3),
          retry: RetryPolicy(attempts: 9, backoff: .linear(step: .milliseconds(1), cap: .seconds(86_400 * 365))),
          timeout: .seconds(1), onCrash: .abandon, retention: .zero),
        tags: ["b", "a"], title: "A title", payloadCodec: "cbor", payloadVersion: 3, creator: "file",
        redactedFields: ["secret"], nameAliases: ["old", "older"]),
      extras: JobExtras(
        concurrencyKey: "key", correlationID: "corr", parentID: "parent", traceContext: ["traceparent": "00-1-2-3"],
        idempotencyKey: "once", unknown: unknown))
    let row = HistoryRow(
      job: "full", jobName: "n", incarnation: .max, revision: 5, ordinal: 1, at: scene.at(9),
      entry: .fate(Fate(reason: .misfired, first: scene.at(1), last: scene.at(2), count: .atLeast(3))))
    let state = JobState(
      revision: 1, status: .paused, note: "a note", statusSince: scene.at(-2), nextFire: scene.at(4),
      lastFire: scene.at(3),
      runs: [
        Run(fireTime: scene.at(1), origin: .hand, attempt: 4, failures: 2, phase: .claimed(claim), unknown: unknown),
        Run(fireTime: scene.at(2), phase: .waiting(until: scene.at(3))),
      ],
      claims: .max - 1, revokedClaims: [1, 2, 3],
      counters: RunCounters(
        started: 1, succeeded: 2, failed: 3, retried: 4, crashed: 5, cancelled: 6, unknown: 7, dropped: 8),
      lastOutcome: .timedOut, outbox: [row], outboxDueAt: scene.at(10), forgetAt: scene.at(11), zoneData: "2026a",
      unknown: unknown)
    return JobRecord(definition: definition, state: state)
  }
}

/// What a store that commits history at once keeps of a record has no outbox.
private func verifyStored(_ seen: JobRecord, _ written: JobRecord, _ store: any JobStore, _ what: String) throws {
  var expected = written
  if store.capabilities.atomicHistory {
    expected.state.outbox = []
    expected.state.outboxDueAt = nil
  }
  try verifySame(seen, expected, what)
}
