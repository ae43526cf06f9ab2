import Almanac
import Synchronization

/// The lanes of a namespace and their numbers. A lane, once there, never changes and never goes, so what is known
/// stays true.
package final class LaneBook: Sendable {
  private struct Known {
    var lanes: [Int64: Lane] = [:]
    var numbers: [Lane: Int64] = [:]
    var latest: Int64 = 0
  }

  private let known = Mutex(Known())

  package init() {}

  /// The number of a lane that was seen before.
  package func number(of lane: Lane) -> Int64? {
    self.known.withLock { $0.numbers[lane] }
  }

  /// The highest number that is known, beyond which new lanes are looked for.
  package var latest: Int64 { self.known.withLock { $0.latest } }

  package var lanes: [Int64: Lane] { self.known.withLock { $0.lanes } }

  /// Takes down lanes that were read, and answers all. What an open write sees might be taken back, so it is not to be told here.
  @discardableResult
  package func learn(_ lanes: some Sequence<(number: Int64, lane: Lane)>) -> [Int64: Lane] {
    self.known.withLock { known in
      for (number, lane) in lanes {
        known.lanes[number] = lane
        known.numbers[lane] = number
        known.latest = max(known.latest, number)
      }
      return known.lanes
    }
  }
}
