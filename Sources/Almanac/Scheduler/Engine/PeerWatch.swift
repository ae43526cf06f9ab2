/// Which of the other schedulers are gone before their sessions have expired: the decision, without its effects.
///
/// There are two ways to know. The kernel of this machine knows the processes on it; asking it costs no store anything. And a store may know whether the
/// connection of a process is there (``Session/isConnected``). A connection may be lost by one who lives and opens another one, so a single look
/// is no proof: a peer is gone whose connection was missing at two looks, ``patience`` apart or more, and at all looks between them, and who renewed
/// nothing meanwhile.
struct PeerWatch: Sendable {
  private struct Peer: Sendable {
    var draft: SessionDraft
    var renewedAt: Instant
    var isConnected: Bool?
    /// Since when its connection has been missing, on the uptime; nil where it is there, or nobody can tell.
    var missingSince: Duration?
    /// It renewed its session without a connection: whatever became of that says nothing about it.
    var livesWithout = false
  }

  private var peers: [Epoch: Peer] = [:]

  /// How long a connection has to be missing. Whoever lives has another one within milliseconds, or tells the store not to go by it.
  static let patience: Duration = .milliseconds(800)
  /// From one look to the next, of few peers: with the patience, and what a take-over takes, two seconds at most.
  static let interval: Duration = .seconds(1)
  /// Of many peers each looks less often, since any of them may be the one that sees: ten looks a second in all, however many they are.
  private static let intervalForEach: Duration = .milliseconds(100)

  /// Takes down what the store says now. Answers the sessions that are gone by it.
  mutating func look(at sessions: [Session], except own: Epoch?, uptime: Duration) -> Set<Epoch> {
    var gone: Set<Epoch> = []
    var seen: [Epoch: Peer] = [:]
    for session in sessions where !session.isDead && session.epoch != own {
      var peer = Peer(draft: session.draft, renewedAt: session.renewedAt, isConnected: session.isConnected)
      if session.isConnected == false {
        let before = self.peers[session.epoch]
        let since = before?.missingSince
        peer.missingSince = since ?? uptime
        peer.livesWithout =
          before.map { since != nil && ($0.livesWithout || session.renewedAt > $0.renewedAt) } ?? false
        if let since, !peer.livesWithout, uptime - since >= PeerWatch.patience { gone.insert(session.epoch) }
      }
      seen[session.epoch] = peer
    }
    self.peers = seen
    return gone
  }

  /// Whether the kernel says that any of them is gone.
  func seesDeath(from host: HostIdentity) -> Bool { self.peers.values.contains { host.knowsToBeGone($0.draft) } }

  /// Whether looking into the store can tell of anybody.
  var isToldByStore: Bool { self.peers.values.contains { $0.isConnected != nil && !$0.livesWithout } }

  /// How long until the next look; nil where nothing would be seen.
  func pause(from host: HostIdentity) -> Duration? {
    if self.peers.values.contains(where: { $0.missingSince != nil && !$0.livesWithout }) { return PeerWatch.patience }
    if self.peers.values.contains(where: { host.canSee($0.draft) }) { return PeerWatch.interval }
    guard self.isToldByStore else { return nil }
    return max(PeerWatch.interval, PeerWatch.intervalForEach * self.peers.count)
  }
}
