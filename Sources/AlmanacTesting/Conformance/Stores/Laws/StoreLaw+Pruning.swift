import Almanac

extension StoreLaw {
  static let pruning: [StoreLaw] = [
    StoreLaw(.history, "what is older than a time is pruned, up to a limit, and told") { scene in
      let store = try await scene.client()
      let rows = (0..<10).map { Row.attempt("a", revision: Int64($0), at: scene.at(Double($0))) }
      try await store.append(rows)
      func prune(before second: Double, limit: Int) async throws -> Int {
        try await store.pruneHistory(before: scene.at(second), at: scene.at(100), limit: limit)
      }
      try verifyEqual(try await prune(before: 0, limit: 100), 0, "what is pruned before the first")
      try verifyEqual(try await prune(before: 7, limit: 4), 4, "what is pruned of seven")
      let left = try await scene.history(from: store)
      try verifyEqual(left.count, 6, "what is left")
      try verifyEqual(Array(left.prefix(3)), rows.suffix(3).reversed(), "what is not older")
      try verifyEqual(try await prune(before: 7, limit: 100), 3, "what is pruned of the rest")
      try verifyEqual(try await scene.history(from: store), rows.suffix(3).reversed(), "what is left at last")
      try verifyEqual(try await prune(before: 1_000, limit: 0), 0, "what a limit of none prunes")
    },
    StoreLaw(.history, "a row with a time of its own is kept until then, however old, and no longer") { scene in
      let store = try await scene.client()
      let ends: [Double?] = [nil, 20, 30, nil, 40, 5, nil]
      let rows = ends.enumerated().map { number, end in
        var row = Row.attempt(JobID("job-\(number % 2)"), revision: Int64(number), at: scene.at(Double(number)))
        row.keepUntil = end.map(scene.at)
        return row
      }
      try await store.append(rows)
      var left = rows
      for (before, now) in [(0.0, 4.999_999), (0, 5), (3, 19.999_999), (4, 20), (4, 20), (99, 30), (99, 39), (99, 99)] {
        let gone = left.filter { $0.mayBePruned(before: scene.at(before), at: scene.at(now)) }
        left.removeAll { gone.contains($0) }
        try verifyEqual(
          try await store.pruneHistory(before: scene.at(before), at: scene.at(now), limit: 100), gone.count,
          "how many are pruned before \(before) at \(now)")
        try verifyEqual(
          try await scene.history(from: store), left.reversed(), "what is left before \(before) at \(now)")
      }
      try verifyEqual(left, [], "what is left in the end")
    },
    StoreLaw(.history, "a limit counts rows of both kinds, and pruning goes on where it ended") { scene in
      let store = try await scene.client()
      let rows = (0..<12).map { number in
        var row = Row.attempt("a", revision: Int64(number), at: scene.at(Double(number)))
        if number % 2 == 0 { row.keepUntil = scene.at(20) }
        return row
      }
      try await store.append(rows)
      var pruned: [Int] = []
      for _ in 0..<4 {
        pruned.append(try await store.pruneHistory(before: scene.at(100), at: scene.at(100), limit: 5))
      }
      try verifyEqual(pruned, [5, 5, 2, 0], "how many are pruned each time")
    },
    StoreLaw(.history, "a job is trimmed to its newest rows, others are not, and doing it again is harmless") { scene in
      let store = try await scene.client()
      let rows = (0..<24).map { Row.attempt(JobID("job-\($0 % 3)"), revision: Int64($0), at: scene.at(Double($0 % 7))) }
      try await store.append(rows)
      func newest(_ counts: [Int]) -> [HistoryRow] {
        (0..<3).flatMap { job in rows.filter { $0.job == JobID("job-\(job)") }.suffix(counts[job]) }
          .sorted { $0.revision > $1.revision }
      }
      func left() async throws -> [HistoryRow] {
        try await scene.history(from: store).sorted { $0.revision > $1.revision }
      }
      try verifyEqual(try await store.trimHistory(to: [:], limit: 100), 0, "how many rows of no job are trimmed")
      try verifyEqual(
        try await store.trimHistory(to: ["job-0": 4, "job-1": 8, "nobody": 0], limit: 100), 4, "how many are trimmed")
      try verifyEqual(try await left(), newest([4, 8, 8]), "what is left")
      try verifyEqual(
        try await store.trimHistory(to: ["job-0": 4, "job-1": 8], limit: 100), 0, "how many are trimmed again")
      try verifyEqual(try await store.trimHistory(to: ["job-2": 0], limit: 100), 8, "how many are trimmed to none")
      try verifyEqual(try await left(), newest([4, 8, 0]), "what is left of the others")
      try await store.append(Array(rows.suffix(1)))
      try verifyEqual(try await left(), newest([4, 8, 1]), "what is left with one that came after")
    },
    StoreLaw(.history, "trimming takes the oldest first, up to a limit, and says how many") { scene in
      let store = try await scene.client()
      let rows = (0..<10).map { Row.attempt("a", revision: Int64($0), at: scene.at(Double($0))) }
      try await store.append(rows)
      try verifyEqual(try await store.trimHistory(to: ["a": 3], limit: 0), 0, "what a limit of none trims")
      try verifyEqual(try await store.trimHistory(to: ["a": 3], limit: 5), 5, "what is trimmed of seven")
      try verifyEqual(try await scene.history(from: store), rows.suffix(5).reversed(), "what is left")
      try verifyEqual(try await store.trimHistory(to: ["a": 3], limit: 5), 2, "what is trimmed of the rest")
      try verifyEqual(try await scene.history(from: store), rows.suffix(3).reversed(), "what is left at last")
    },
    StoreLaw(.history, "trimming more jobs than a batch may have fails before it does anything") { scene in
      let store = try await scene.client()
      try await store.append([Row.attempt("job-0", revision: 1, at: scene.at(1))])
      let jobs = (0...store.capabilities.maximumBatch).map { (JobID("job-\($0)"), 0) }
      try await verifyThrows(.batchTooLarge, "trimming \(jobs.count) jobs") {
        _ = try await store.trimHistory(to: Dictionary(uniqueKeysWithValues: jobs), limit: 100)
      }
      try verifyEqual(try await scene.history(from: store).count, 1, "the number of rows")
    },
  ]
}
