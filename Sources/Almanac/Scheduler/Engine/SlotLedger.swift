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
    /// Who found fewer free slots than there are in all, and wants to know of freed ones.
    var isShort = false
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

  /// What is free now.
  func free() -> [String: Int] {
    self.state.withLock { state in
      state.isShort = state.isShort || state.accounts.values.contains { $0.free == 0 }
      return state.accounts.mapValues(\.free)
    }
  }

  /// - Returns: true where somebody was short of slots and should look again.
  func giveBack(_ slots: [String: Int]) -> Bool {
    self.state.withLock { state in
      var gave = false
      for (alias, count) in slots where count > 0 {
        guard var account = state.accounts[alias] else { continue }
        account.used = max(account.used - count, 0)
        state.accounts[alias] = account
        gave = true
      }
      guard gave, state.isShort else { return false }
      state.isShort = false
      return true
    }
  }

  func used(_ alias: String) -> Int {
    self.state.withLock { $0.accounts[alias]?.used ?? 0 }
  }
}
