import Almanac
import AlmanacTesting
import Testing

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Seeds to try: `ALMANAC_SIMULATION_SEEDS` says how many, `ALMANAC_SIMULATION_SEED` names one.
private let seeds: [UInt64] = {
  let environment = ProcessInfo.processInfo.environment
  if let one = environment["ALMANAC_SIMULATION_SEED"].flatMap({ UInt64($0) }) {
    return Array(repeating: one, count: environment["ALMANAC_SIMULATION_ROUNDS"].flatMap { Int($0) } ?? 1)
  }
  let count = environment["ALMANAC_SIMULATION_SEEDS"].flatMap { UInt64($0) } ?? 30
  return Array(1...max(count, 1))
}()

@Suite("Schedulers in trouble")
struct SimulationTests {
  @Test("keep every promise, whatever a seed brings")
  func promises() async throws {
    var commits = 0
    var starts = 0
    for seed in seeds {
      let report = await Simulation(seed: seed).run()
      commits += report.commits
      starts += report.starts
      if !report.violations.isEmpty {
        Issue.record(
          """
          seed \(seed): \(report.violations.joined(separator: "\n  "))
          Again: ALMANAC_SIMULATION_SEED=\(seed) ALMANAC_SIMULATION_ROUNDS=20 swift test --filter SimulationTests
          """)
      }
    }
    // A simulation in which nothing happens would hold every promise.
    #expect(starts > 50 * seeds.count)
    #expect(commits > starts)
  }
}
