import Almanac
import Synchronization

// What a store knows of the connections of its machines.

extension SimulationAuditor {
  /// Whether the machine of a session is connected, as the store sees it. A machine that stands still is; one that is cut off is too, for as long as
  /// nobody says so. Now and then the connection of a machine that lives is lost, for a little less than schedulers have patience.
  func isConnected(_ epoch: Epoch) -> Bool {
    let window = self.truth.now().microsecondsSinceEpoch / SimulationAuditor.momentWithout.wholeMicroseconds
    return self.state.withLock { state in
      guard let node = state.owners[epoch], !state.dead.contains(node) else { return false }
      return (window + epoch.rawValue) % 12 != 0
    }
  }

  private static let momentWithout: Duration = .milliseconds(750)
}
