import Synchronization

/// How many runs each executor may still take: reserved before runs are claimed, given back if unused, freed when they end.
///
/// So a scheduler never claims what it cannot start, and there is no hidden queue behind an executor.
final class SlotLedger: Sendable {
  private struct Account {
    var size: Int
    var used = 0
    var free: Int { max(self.size - self.used, 0) }
  }

  private struct State {
    var accounts: [String: Account] = [:]
    /// The stores whose loops found an executor without a free slot, and want to know of freed ones.
    ///
    /// Only they are woken: were all woken, two loops that find each other's reservations would wake each other for ever.
    var short: Set<String> = []
  }

  private let state = Mutex(State())

  func open(_ alias: String, size: Int) {
    self.state.withLock { $0.accounts[alias] = Account(size: max(size, 0)) }
  }

  func close(_ alias: String) {
    self.state.withLock { _ = $0.accounts.removeValue(forKey: alias) }
  }

  /// Takes every free slot, for the time of one claim.
  func reserveAll() -> [String: Int] {
    self.state.withLock { state in
      var reserved: [String: Int] = [:]
      for (alias, account) in state.accounts {
        reserved[alias] = account.free
        state.accounts[alias]?.used += account.free
      }
      return reserved
    }
  }

  /// What is free now, for the loop of the given store.
  func free(for store: String) -> [String: Int] {
    self.state.withLock { state in
      if state.accounts.values.contains(where: { $0.free == 0 }) { state.short.insert(store) }
      return state.accounts.mapValues(\.free)
    }
  }

  /// - Returns: the stores whose loops were short of slots and should look again.
  func giveBack(_ slots: [String: Int]) -> Set<String> {
    self.state.withLock { state in
      var gave = false
      for (alias, count) in slots where count > 0 {
        guard var account = state.accounts[alias] else { continue }
        account.used = max(account.used - count, 0)
        state.accounts[alias] = account
        gave = true
      }
      guard gave else { return [] }
      defer { state.short = [] }
      return state.short
    }
  }
}
