import Synchronization

// Jobs that keep no more than so many lines of history. Rows are appended with the commits that they tell of, and cost nothing more there; now
// and then those beyond the limit are taken away. So a few more than were asked for may be there for a while.

extension StoreDesk {
  /// Remembers that a job with a limit wrote rows.
  func noteHistory(_ record: JobRecord, _ report: Report) {
    guard let limit = record.definition.policies.historyLimit else { return }
    switch report {
    case .ended, .dropped: break
    default: return
    }
    self.state.withLock { state in
      // A scheduler that is never run trims nothing, and must not grow by what it does. Who is left out here is trimmed after its next row.
      guard state.historyLimits.count < StoreDesk.historyLimitsKept || state.historyLimits[record.id] != nil else {
        return
      }
      state.historyLimits[record.id] = max(limit, 0)
    }
  }

  /// Takes the rows away that are too many. Other schedulers may do the same for the same jobs: it is harmless.
  func trimHistory() async throws {
    let limits = self.state.withLock { state in
      defer { state.historyLimits = [:] }
      return state.historyLimits
    }
    var open = limits
    do {
      for chunk in Array(limits).chunks(of: self.store.capabilities.maximumBatch) {
        let rows = Dictionary(chunk.map { ($0.key, $0.value) }) { first, _ in first }
        while try await self.store.trimHistory(to: rows, limit: StoreDesk.pruneLimit) == StoreDesk.pruneLimit {
          try Task.checkCancellation()
        }
        for job in rows.keys { open[job] = nil }
      }
    } catch {
      // Tried again in the next turn; what was noted meanwhile is newer.
      let left = open
      self.state.withLock { $0.historyLimits.merge(left) { newer, _ in newer } }
      throw error
    }
  }

  private static let historyLimitsKept = 100_000
}
