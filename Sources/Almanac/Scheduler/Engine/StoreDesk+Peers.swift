import Synchronization

// Looking after the other schedulers between two turns of the housekeeping, so that the runs of one that is gone go on at once.
//
// It costs one call of the kernel for each process on this machine, and one statement where the store can tell of connections; nothing at all where there is
// no other scheduler. What it sees it does nothing about: it has the housekeeping look, which marks dead and takes over.

extension StoreDesk {
  /// Runs until the desk is stopped.
  func watchPeers() async {
    let host = self.configuration.host
    while !Task.isCancelled {
      let pause = self.state.withLock { $0.peers.pause(from: host) }
      // Without anybody to look at, the housekeeping tells when there is.
      await self.peerWakeup.wait(within: pause, on: self.shared.clock)
      if Task.isCancelled { return }
      if self.state.withLock({ $0.peers.seesDeath(from: host) }) {
        self.houseWakeup.signal()
        // The others are looked at when this one is buried.
        await self.peerWakeup.wait(within: PeerWatch.interval, on: self.shared.clock)
      } else if self.state.withLock({ $0.peers.isToldByStore }), let sessions = try? await self.store.sessions() {
        // A store that does not answer is told of by those who need it more.
        if !self.look(at: sessions).isEmpty { self.houseWakeup.signal() }
      }
    }
  }

  /// Takes down what the store says of the others. Answers those that are gone by it.
  func look(at sessions: [Session]) -> Set<Epoch> {
    let uptime = self.shared.clock.uptime()
    return self.state.withLock { state in
      state.peers.look(at: sessions, except: state.session.epoch, uptime: uptime)
    }
  }
}
