import Almanac

extension StoreLaw {
  static let sessions: [StoreLaw] =
    livingSessions + [
      StoreLaw(.sessions, "a session that is marked dead with the expiry that was seen is dead for everybody") {
        scene in
        let store = try await scene.client()
        let other = try await scene.client()
        let session = try await store.openSession(scene.draft())
        try verify(
          try await other.markDead(session.epoch, expiringAt: session.expiresAt), "the session should be dead")
        try verify(try await store.markDead(session.epoch, expiringAt: session.expiresAt), "it is dead already")
        let listed = try await store.sessions()
        try verifyEqual(listed.map(\.isDead), [true], "the sessions that are dead")
      },
      StoreLaw(.sessions, "a renewal in between keeps a session from being marked dead") { scene in
        let store = try await scene.client()
        let other = try await scene.client()
        let session = try await store.openSession(scene.draft(lifetime: .seconds(15)))
        _ = try await store.renewSession(session.epoch, scene.draft(lifetime: .seconds(60)))
        let isDead = try await other.markDead(session.epoch, expiringAt: session.expiresAt)
        try verify(!isDead, "it was renewed after its expiry was read")
        try verifyEqual(try await other.sessions().map(\.isDead), [false], "the sessions that are dead")
      },
      StoreLaw(.sessions, "a dead session is never renewed, nor is one that never was") { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft())
        _ = try await store.markDead(session.epoch, expiringAt: session.expiresAt)
        let before = try await store.sessions()
        let renewed = try await store.renewSession(session.epoch, scene.draft("another"))
        try verify(renewed == nil, "a dead session was renewed")
        let unknown = try await store.renewSession(Epoch(session.epoch.rawValue + 1_000_000), scene.draft())
        try verify(unknown == nil, "a session that was never opened was renewed")
        try verifyEqual(try await store.sessions(), before, "the sessions after refused renewals")
      },
      StoreLaw(.sessions, "of a renewal and a marking at once exactly one wins") { scene in
        let store = try await scene.client()
        let other = try await scene.client()
        for _ in 0..<12 {
          let session = try await store.openSession(scene.draft(lifetime: .seconds(15)))
          async let renewal = store.renewSession(session.epoch, scene.draft(lifetime: .seconds(60)))
          async let marking = other.markDead(session.epoch, expiringAt: session.expiresAt)
          let (renewed, isDead) = try await (renewal, marking)
          try verify((renewed != nil) != isDead, "renewed: \(renewed != nil), marked dead: \(isDead)")
          let listed = try await store.sessions().first { $0.epoch == session.epoch }
          try verifyEqual(listed?.isDead, isDead, "whether the session is listed as dead")
        }
      },
      StoreLaw(.sessions, "dead sessions that expired before a time are forgotten, and no others") { scene in
        let store = try await scene.client()
        let early = try await store.openSession(scene.draft("early", lifetime: .seconds(10)))
        let late = try await store.openSession(scene.draft("late", lifetime: .seconds(1_000)))
        let alive = try await store.openSession(scene.draft("alive", lifetime: .seconds(1)))
        for session in [early, late] { _ = try await store.markDead(session.epoch, expiringAt: session.expiresAt) }
        try await store.forgetSessions(expiredBefore: early.expiresAt)
        try verifyEqual(
          try await store.sessions().map(\.epoch), [early, late, alive].map(\.epoch).sorted(),
          "the sessions, none of which expired before that time and is dead")
        try await store.forgetSessions(expiredBefore: early.expiresAt + .microseconds(1))
        try verifyEqual(
          try await store.sessions().map(\.epoch), [late, alive].map(\.epoch).sorted(), "the sessions that are left")
      },
      StoreLaw(.sessions, "a session that was forgotten is dead") { scene in
        let store = try await scene.client()
        let session = try await store.openSession(scene.draft())
        _ = try await store.markDead(session.epoch, expiringAt: session.expiresAt)
        try await store.forgetSessions(expiredBefore: .distantFuture)
        try verify(try await store.markDead(session.epoch, expiringAt: session.expiresAt), "it is dead, as it was")
        let renewed = try await store.renewSession(session.epoch, scene.draft())
        try verify(renewed == nil, "a forgotten session was renewed")
        try await verifyThrows(.sessionLost, "advancing for a forgotten session") {
          _ = try await scene.claim(scene.demand(), at: 1, as: session.epoch, on: store)
        }
      },
    ]

  private static let livingSessions: [StoreLaw] = [
    StoreLaw(.sessions, "a session that is opened lives for its lifetime and is listed as it was answered") { scene in
      let store = try await scene.client()
      var draft = scene.draft("näme", lifetime: .seconds(15))
      draft.queues = ["a", "b"]
      draft.running = 3
      let session = try await store.openSession(draft)
      try verifyEqual(session.expiresAt, session.renewedAt + .seconds(15), "the expiry")
      try verifyEqual(session.openedAt, session.renewedAt, "the first renewal")
      try verify(!session.isDead, "a session is alive when it is opened")
      try verifyEqual(session.draft, draft, "what the scheduler says of itself")
      try verifyEqual(try await scene.client().sessions(), [session], "the sessions, by another client")
    },
    StoreLaw(.sessions, "epochs are never used again, not even those of sessions that were forgotten") { scene in
      let store = try await scene.client()
      var seen: Set<Epoch> = []
      for round in 0..<4 {
        let session = try await store.openSession(scene.draft())
        try verify(seen.insert(session.epoch).inserted, "epoch \(session.epoch) was given twice, in round \(round)")
        _ = try await store.markDead(session.epoch, expiringAt: session.expiresAt)
        try await store.forgetSessions(expiredBefore: .distantFuture)
        try verifyEqual(try await store.sessions(), [], "the sessions after all were forgotten")
      }
    },
    StoreLaw(.sessions, "sessions that are opened at once have epochs of their own") { scene in
      let clients = [try await scene.client(), try await scene.client()]
      let epochs = try await withThrowingTaskGroup(of: Epoch.self) { group in
        for number in 0..<8 {
          group.addTask { try await clients[number % 2].openSession(scene.draft("\(number)")).epoch }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      try verifyEqual(Set(epochs).count, 8, "the number of different epochs")
      try verifyEqual(try await clients[0].sessions().map(\.epoch), epochs.sorted(), "the sessions, by epoch")
    },
    StoreLaw(.sessions, "a renewal moves the expiry and writes down what the scheduler says of itself") { scene in
      let store = try await scene.client()
      let session = try await store.openSession(scene.draft(lifetime: .seconds(15)))
      var draft = scene.draft(lifetime: .seconds(3_600))
      draft.running = 42
      let answer = try await store.renewSession(session.epoch, draft)
      let renewed = try verifyPresent(answer, "a living session is renewed")
      try verifyEqual(renewed.expiresAt, renewed.renewedAt + .seconds(3_600), "the expiry")
      try verify(renewed.expiresAt > session.expiresAt, "the expiry moved on")
      try verifyEqual(renewed.openedAt, session.openedAt, "when it was opened")
      try verifyEqual(renewed.draft, draft, "what the scheduler says of itself")
      try verifyEqual(try await scene.client().sessions(), [renewed], "the sessions, by another client")
    },
    StoreLaw(.sessions, "a session expires by the store's clock", requires: .clock) { scene in
      guard let clock = scene.harness.clock else { return }
      let store = try await scene.client()
      let before = clock.now()
      let session = try await store.openSession(scene.draft(lifetime: .seconds(15)))
      try verify(
        session.expiresAt >= before + .seconds(15) && session.expiresAt <= clock.now() + .seconds(15),
        "opened at \(before), it expires at \(session.expiresAt)")
    },
  ]
}
