import Almanac
import Synchronization

extension StoreLaw {
  static let changes: [StoreLaw] = [
    StoreLaw(.changes, "listening ends when the store is closed") { scene in
      let store = try await scene.client()
      let changes = store.changes()
      await store.close()
      try await StoreLaw.within(scene.harness.patience, "the end of the changes") {
        for await _ in changes {}
        return true
      }
    },
    StoreLaw(.changes, "others are told of a record that wants to be looked at earlier", requires: .notifies) { scene in
      let store = try await scene.client()
      let other = try await scene.client()
      let changes = other.changes()
      // A client that has just begun to listen may not be heard of yet, so the news is repeated until it arrives.
      try await StoreLaw.repeating(within: scene.harness.patience, "a wake") { round in
        try await scene.put([scene.record(JobID("job-\(round)"), at: 1_000 - Double(round))], into: store)
      } until: {
        for await change in changes {
          if case .wake(let instant) = change, instant <= scene.at(1_000) { return true }
        }
        return false
      }
    },
    StoreLaw(.changes, "an announcement reaches the other clients as it was made", requires: .notifies) { scene in
      let store = try await scene.client()
      let other = try await scene.client()
      let changes = other.changes()
      let announcement = StoreChange.cancel("jöb with \"quotes\" and 日本", owner: Epoch(.max))
      try await StoreLaw.repeating(within: scene.harness.patience, "the announcement") { _ in
        try await store.announce(announcement)
      } until: {
        for await change in changes where change == announcement { return true }
        return false
      }
    },
    StoreLaw(.changes, "an announcement may be made where nobody listens and nothing is notified") { scene in
      let store = try await scene.client()
      try await store.announce(.cancel("a", owner: Epoch(1)))
      try await store.announce(.wake(at: scene.at(1)))
    },
  ]

  private static func within(
    _ patience: Duration, _ what: String, _ wait: @escaping @Sendable () async -> Bool
  ) async throws {
    let came = await withTaskGroup(of: Bool.self) { group in
      group.addTask { await wait() }
      group.addTask {
        await StoreLaw.pause(patience)
        return false
      }
      defer { group.cancelAll() }
      return await group.next() ?? false
    }
    try verify(came, "\(what) did not come within \(patience)")
  }

  /// Does something again and again until what it leads to has come.
  private static func repeating(
    within patience: Duration, _ what: String, _ act: @escaping @Sendable (Int) async throws -> Void,
    until come: @escaping @Sendable () async -> Bool
  ) async throws {
    let came = try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask { await come() }
      group.addTask {
        for round in 0..<20 where !Task.isCancelled {
          try await act(round)
          await StoreLaw.pause(patience / 20)
        }
        return false
      }
      defer { group.cancelAll() }
      return try await group.next() ?? false
    }
    try verify(came, "\(what) did not come within \(patience)")
  }

  /// Waits, or less where the task is cancelled.
  static func pause(_ duration: Duration) async {
    let clock = SystemClock()
    let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
    let timer = clock.timer(at: clock.now() + duration) { continuation.finish() }
    for await _ in stream {}
    timer.cancel()
  }
}
