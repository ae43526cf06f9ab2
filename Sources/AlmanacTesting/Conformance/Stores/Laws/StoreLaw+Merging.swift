import Almanac

extension StoreLaw {
  /// In which order lanes are merged where slots are short.
  static let merging: [StoreLaw] = [
    StoreLaw(.advancing, "of what is due at one instant the higher priority goes first") { scene in
      let records = Priority.allCases.map { priority in
        scene.record(JobID("p\(priority.rawValue)"), at: 1, lane: Lane(jobName: "job", priority: priority))
      }
      try await StoreLaw.verifyOrder(records, ["p3", "p2", "p1", "p0"], scene)
    },
    StoreLaw(.advancing, "waiting ages: a head start is a head start and no wall") { scene in
      func record(_ id: JobID, _ seconds: Double, _ priority: Priority) -> JobRecord {
        scene.record(id, at: seconds, lane: Lane(jobName: "job", priority: priority))
      }
      // A normal job is 600 seconds ahead of a low one, a high one 600 of a normal one.
      try await StoreLaw.verifyOrder(
        [
          record("normal", 1_000, .normal), record("low-later", 401, .low), record("low-earlier", 399, .low),
          record("high", 1_599, .high), record("high-later", 1_602, .high),
        ], ["low-earlier", "high", "normal", "low-later", "high-later"], scene)
    },
    StoreLaw(.advancing, "lanes of one executor are merged by time, whatever their queue or name") { scene in
      let lanes = [
        Lane(queue: "a", jobName: "job"), Lane(queue: "b", jobName: "job"), Lane(queue: "a", jobName: "job2"),
        Lane(queue: "b", jobName: "job2"),
      ]
      let records = (0..<12).map { number in
        scene.record(JobID("job-\(number + 10)"), at: Double(number * 5 % 12), lane: lanes[number % 4])
      }
      let expected = (0..<12).sorted { $0 * 5 % 12 < $1 * 5 % 12 }.map { JobID("job-\($0 + 10)") }
      try await StoreLaw.verifyOrder(records, expected, scene)
    },
  ]

  /// Claims one job after the other, with one slot at a time.
  private static func verifyOrder(_ records: [JobRecord], _ expected: [JobID], _ scene: LawScene) async throws {
    let store = try await scene.client()
    let session = try await store.openSession(scene.draft())
    try await scene.put(records, into: store)
    var started: [JobID] = []
    let demand = scene.demand(slots: [Lane.defaultExecutor: 1], names: ["job", "job2"])
    for _ in expected {
      started += try await scene.claim(demand, at: 2_000, as: session.epoch, on: store).orders.map(\.id)
    }
    try verifyEqual(started, expected, "the order of starts")
  }
}
