import CMeasure
import Foundation

/// What scenarios print: one line a figure.
enum Report {
  static func line(_ scenario: String, _ what: String, _ figure: String) {
    print("\(pad(scenario, 9)) \(pad(what, 58)) \(figure)")
    fflush(nil)
  }

  private static func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  /// `1,234,567`.
  static func count(_ value: Double) -> String {
    guard value.isFinite else { return "none" }
    var digits = String(Int(value.rounded()))
    var position = digits.count - 3
    while position > (digits.hasPrefix("-") ? 1 : 0) {
      digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
      position -= 3
    }
    return digits
  }

  static func rate(_ count: Int, _ nanoseconds: Int64, _ unit: String) -> String {
    "\(self.count(Double(count) * 1e9 / Double(max(1, nanoseconds)))) \(unit)/s"
  }

  /// The value that so large a part of the values does not exceed.
  static func percentile(_ values: [Int64], _ part: Double) -> Int64 {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return 0 }
    return sorted[min(sorted.count - 1, Int(Double(sorted.count) * part))]
  }
}

/// Nanoseconds that the body takes.
func timed(_ body: () async throws -> Void) async rethrows -> Int64 {
  let begin = measure_monotonic_ns()
  try await body()
  return measure_monotonic_ns() - begin
}

/// A directory for the files of a scenario, gone when the body is done.
func withTemporaryDirectory(_ body: (String) async throws -> Void) async throws {
  // Not the system's directory for temporary files, which may lie in memory: it is the disk that is measured.
  let base = ProcessInfo.processInfo.environment["ALMANAC_BENCH_DIRECTORY"] ?? FileManager.default.currentDirectoryPath
  let path = "\(base)/almanac-bench-\(ProcessInfo.processInfo.processIdentifier)"
  try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: path) }
  try await body(path)
}
