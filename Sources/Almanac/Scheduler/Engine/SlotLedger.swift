import Synchronization

/// How many runs each executor may still take: reserved before runs are claimed, given back if unused, freed when they end.
///
/// So a scheduler never claims what it cannot start, and there is no hidden queue behind an executor. Reservations last as long as one call
/// of a store, which may hang: a store therefore reserves its share of what is free, never all of it while others may want some.
final class SlotLedger: Sendable {
  private struct Account {
    var size: Int
    /// Slots of runs that are going.
    var running = 0
    /// Slots that are held for the time of a claim.
    var reserved = 0
    /// The stores whose loops found every slot running, and want to know of the first that is freed.
    ///
    /// Only they are woken, and only by runs that end. Were they woken by reservations that are given back too, two loops that
    /// reserve in turn would wake each other for ever.
    var short: Set<String> = []
    /// Why the executor is given nothing at this moment; nil where it is.
    var restsBecause: String?

    var open: Int { self.restsBecause == nil ? max(self.size - self.running, 0) : 0 }
    var free: Int { max(self.open - self.reserved, 0) }
  }

  private struct State {
    var accounts: [String: Account] = [:]
    /// The stores whose loops are at work.
    var stores: Set<String> = []
    /// Those of them that hold a reservation at this moment.
    var claiming: Set<String> = []
  }

  private let state = Mutex(State())

  func open(_ alias: String, size: Int) {
    self.state.withLock { $0.accounts[alias] = Account(size: max(size, 0)) }
  }

  func close(_ alias: String) {
    self.state.withLock { _ = $0.accounts.removeValue(forKey: alias) }
  }

  /// Has an executor given nothing until ``reopen(_:)``. Answers false where that is so already, or where there is no such executor.
  func rest(_ alias: String, because reason: String) -> Bool {
    self.state.withLock { state in
      guard let account = state.accounts[alias], account.restsBecause == nil else { return false }
      state.accounts[alias]?.restsBecause = reason
      return true
    }
  }

  /// Answers false where nothing has changed by it.
  func reopen(_ alias: String) -> Bool {
    self.state.withLock { state in
      guard state.accounts[alias]?.restsBecause != nil else { return false }
      state.accounts[alias]?.restsBecause = nil
      return true
    }
  }

  /// Counts a store among those that share the slots, or no longer.
  func setSharing(_ isSharing: Bool, _ store: String) {
    self.state.withLock { state in
      if isSharing { state.stores.insert(store) } else { state.stores.remove(store) }
    }
  }

  /// Takes this store's share of the free slots, for the time of one claim: what is free, divided among the stores that hold
  /// no reservation yet. With one store that is all of it.
  func reserve(for store: String) -> [String: Int] {
    self.state.withLock { state in
      let contenders = max(state.stores.subtracting(state.claiming).union([store]).count, 1)
      state.claiming.insert(store)
      var reserved: [String: Int] = [:]
      for (alias, account) in state.accounts {
        let share = (account.free + contenders - 1) / contenders
        reserved[alias] = share
        state.accounts[alias]?.reserved += share
      }
      return reserved
    }
  }

  /// Ends a reservation: the slots of the runs that were claimed stay taken until ``release(_:)``, the others are free again.
  func settle(_ reserved: [String: Int], started: [String: Int], for store: String) {
    self.state.withLock { state in
      state.claiming.remove(store)
      for (alias, count) in reserved {
        guard var account = state.accounts[alias] else { continue }
        account.reserved = max(account.reserved - count, 0)
        account.running += started[alias] ?? 0
        state.accounts[alias] = account
      }
    }
  }

  /// How many slots no run has.
  var open: [String: Int] { self.state.withLock { $0.accounts.mapValues(\.open) } }

  /// How many slots no run has, for the loop of the given store. What is reserved at this moment counts as open: it may be given back the
  /// next.
  func open(for store: String) -> [String: Int] {
    self.state.withLock { state in
      for (alias, account) in state.accounts where account.open == 0 { state.accounts[alias]?.short.insert(store) }
      return state.accounts.mapValues(\.open)
    }
  }

  /// How many runs each executor has, how many it may have, and why it is given none at this moment.
  var usage: [String: (size: Int, running: Int, restsBecause: String?)] {
    self.state.withLock { $0.accounts.mapValues { ($0.size, $0.running, $0.restsBecause) } }
  }

  /// Frees the slot of a run.
  ///
  /// - Returns: the stores whose loops were short of it and should look again.
  func release(_ alias: String) -> Set<String> {
    self.state.withLock { state in
      guard var account = state.accounts[alias] else { return [] }
      account.running = max(account.running - 1, 0)
      let short = account.short
      account.short = []
      state.accounts[alias] = account
      return short
    }
  }
}
