import Almanac

extension StoreLaw {
  /// What a store says of the connections of those who share it, where it declares that it can.
  static let connections: [StoreLaw] = [
    StoreLaw(
      .sessions, "a client that listens sees that another one is connected, and that it is gone", requires: .connections
    ) { scene in
      let observer = try await scene.client()
      let victim = try await scene.client()
      let listening = [observer, victim].map { client in Task { for await _ in client.changes() {} } }
      defer { for task in listening { task.cancel() } }
      let mine = try await observer.openSession(scene.draft("mine"))
      let other = try await victim.openSession(scene.draft("other"))
      try await scene.until("both sessions are connected") {
        try await observer.sessions().map(\.isConnected) == [true, true]
      }
      try await scene.kill(victim)
      try await scene.until("the session of the client that was killed is not connected, and the other one is") {
        let sessions = try await observer.sessions()
        return sessions.first { $0.epoch == other.epoch }?.isConnected == false
          && sessions.first { $0.epoch == mine.epoch }?.isConnected == true
      }
      _ = try await observer.markDead(other.epoch, expiringAt: other.expiresAt)
      let dead = try await observer.sessions().first { $0.epoch == other.epoch }
      try verify(dead?.isDead == true && dead?.isConnected == nil, "a dead session is neither connected nor not")
    },
    StoreLaw(.sessions, "a client that does not listen is never said to be gone, nor says so of others") { scene in
      let store = try await scene.client()
      let silent = try await scene.client()
      let listening = Task { for await _ in store.changes() {} }
      defer { listening.cancel() }
      _ = try await store.openSession(scene.draft("heard"))
      _ = try await silent.openSession(scene.draft("silent"))
      for client in [store, silent] {
        let told = try await client.sessions().map(\.isConnected)
        try verify(!told.contains(false), "connected: \(told)")
      }
      try await scene.kill(silent)
      let told = try await store.sessions().map(\.isConnected)
      try verify(told.last == .some(nil), "nobody knew the connection of the client that was killed: \(told)")
    },
    StoreLaw(.sessions, "what is answered to the opening and the renewal of a session says nothing of connections") {
      scene in
      let store = try await scene.client()
      let listening = Task { for await _ in store.changes() {} }
      defer { listening.cancel() }
      let session = try await store.openSession(scene.draft())
      try verify(session.isConnected == nil, "its opening says so")
      try verify(try await store.renewSession(session.epoch, scene.draft())?.isConnected == nil, "its renewal says so")
    },
  ]
}

extension LawScene {
  /// Looks again and again until something holds.
  func until(_ what: String, _ holds: () async throws -> Bool) async throws {
    let end = ContinuousClock.now + self.harness.patience
    while try await !holds() {
      try verify(ContinuousClock.now < end, "within \(self.harness.patience) it did not come to this: \(what)")
      await StoreLaw.pause(.milliseconds(50))
    }
  }
}
