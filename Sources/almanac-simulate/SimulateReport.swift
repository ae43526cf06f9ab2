import AlmanacTesting
import Synchronization

/// Runs the seeds and prints what came of them.
struct SimulateReport {
  let options: SimulateOptions

  init(_ options: SimulateOptions) { self.options = options }

  /// Answers the status to exit with.
  func run() async -> Int32 {
    let seeds = Array(self.options.from..<(self.options.from + self.options.seeds))
    let began = ContinuousClock().now
    let all = self.options.all
    let trace: (@Sendable (String) -> Void)? = self.options.traces ? Self.tell : nil
    let reports = await Simulation.run(seeds: seeds, steps: self.options.steps, trace: trace) { report in
      all || report.violations.isEmpty
    }
    var status: Int32 = 0
    for report in reports where !report.violations.isEmpty {
      status = 1
      self.tell(report)
    }
    if self.options.twice, await !self.isRepeatable(reports) { status = 1 }
    let seconds = Double((ContinuousClock().now - began) / .milliseconds(1)) / 1_000
    self.tellFigures(reports, seconds)
    if reports.count >= 20, status == 0, !self.isEventful(reports) { status = 1 }
    return status
  }

  @Sendable private static func tell(_ line: String) { print(line) }

  private func tell(_ report: SimulationReport) {
    print("seed \(report.seed) breaks promises:")
    for violation in report.violations { print("  " + violation) }
    print("  again: ./scripts/simulate --seeds 1 --from \(report.seed) --steps \(self.options.steps) --trace")
  }

  private func isRepeatable(_ reports: [SimulationReport]) async -> Bool {
    let again = await Simulation.run(seeds: reports.map(\.seed), steps: self.options.steps)
    let others = zip(reports, again).filter { $0.digest != $1.digest }.map(\.0.seed)
    print(
      others.isEmpty
        ? "every seed was run twice, and came to the same twice"
        : "seeds that came to something else the second time: \(others)")
    return others.isEmpty
  }

  private func tellFigures(_ reports: [SimulationReport], _ seconds: Double) {
    var sum = SimulationFigures()
    for report in reports { sum += report.figures }
    let fewest = reports.map(\.figures.steps).min() ?? 0
    print(
      "\(reports.count) seeds in \(seconds) s; at least \(fewest) steps each; "
        + "\(reports.count { !$0.violations.isEmpty }) failed")
    let counts = reports.map { $0.figures.lines }
    for (index, line) in sum.lines.enumerated() {
      let share = counts.count { $0[index].count > 0 } * 100 / max(reports.count, 1)
      let name = Self.padded(line.name, 34)
      print("  \(name) \(Self.padded(line.count, 10))  in \(Self.padded(share, 3)) % of the seeds")
    }
  }

  /// Most seeds have seen what matters most, and among many each thing has been seen.
  private func isEventful(_ reports: [SimulationReport]) -> Bool {
    let matters: [(String, (SimulationFigures) -> Int)] = [
      ("a crash", { $0.crashes }), ("a lost answer", { $0.lostAnswers }), ("a long pause", { $0.longPauses }),
      ("a takeover", { $0.takeovers }),
    ]
    var isEventful = true
    for (name, count) in matters {
      let having = reports.count { count($0.figures) > 0 }
      guard having * 4 < reports.count * 3 else { continue }
      print("only \(having) of \(reports.count) seeds have seen \(name): this proves little")
      isEventful = false
    }
    guard reports.count >= 1_000 else { return isEventful }
    var sum = SimulationFigures()
    for report in reports { sum += report.figures }
    for line in sum.lines where line.count == 0 {
      print("no seed has seen any of \(line.name): this proves little")
      isEventful = false
    }
    return isEventful
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(width - text.count, 0))
  }

  private static func padded(_ number: Int, _ width: Int) -> String {
    let text = String(number)
    return String(repeating: " ", count: max(width - text.count, 0)) + text
  }
}
