import AlmanacTesting
import Testing

/// A few seeds, in the build for debugging; `scripts/test` runs thousands in the one for release, and `scripts/simulate` any number.
@Suite("Schedulers in trouble", .aside)
struct SimulationTests {
  @Test("keep every promise, whatever a seed brings, and most seeds bring the worst")
  func promises() async throws {
    let reports = await Simulation.run(seeds: Array(1...24))
    var sum = SimulationFigures()
    for report in reports {
      sum += report.figures
      #expect(report.figures.steps >= 300)
      #expect(
        report.violations.isEmpty,
        "seed \(report.seed), again: ./scripts/simulate --seeds 1 --from \(report.seed) --trace")
    }
    func most(_ count: (SimulationFigures) -> Int) -> Bool {
      reports.count { count($0.figures) > 0 } * 4 >= reports.count * 3
    }
    #expect(most { $0.crashes } && most { $0.lostAnswers } && most { $0.longPauses } && most { $0.takeovers })
    // A simulation in which nothing happens would hold every promise.
    #expect(sum.starts > 20 * reports.count)
    #expect(sum.commits > sum.starts)
  }
}
