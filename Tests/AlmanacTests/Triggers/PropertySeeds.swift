import Foundation

/// Seeds of tests over random cases: `ALMANAC_PROPERTY_SEEDS` says how many to try, `ALMANAC_PROPERTY_SEED` names one.
enum PropertySeeds {
  static let all: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    if let one = environment["ALMANAC_PROPERTY_SEED"].flatMap({ UInt64($0) }) { return [one] }
    let count = environment["ALMANAC_PROPERTY_SEEDS"].flatMap { UInt64($0) } ?? 1
    return Array(1...max(count, 1))
  }()

  /// How to see a failure again.
  static func again(_ seed: UInt64, _ suite: String) -> String {
    "Again: ALMANAC_PROPERTY_SEED=\(seed) swift test --filter \(suite)"
  }
}
