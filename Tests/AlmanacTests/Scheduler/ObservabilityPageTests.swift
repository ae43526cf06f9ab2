import Foundation
import Testing

@testable import Almanac

@Suite("The page about what a scheduler tells")
struct ObservabilityPageTests {
  private let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private func page() throws -> String {
    try String(contentsOf: self.root.appending(path: "docs/observability.md"), encoding: .utf8)
  }

  @Test("lists every metric with its kind and dimensions, and no other")
  func metrics() throws {
    let rows = try self.page().split(separator: "\n").filter { $0.hasPrefix("| `almanac.") }
      .map { $0.split(separator: "|").prefix(3).map { $0.trimmingCharacters(in: .whitespaces) } }
    let expected = MetricName.allCases.map {
      ["`\($0.rawValue)`", $0.kind.rawValue, $0.dimensions.joined(separator: ", ")]
    }
    #expect(rows == expected)
  }

  @Test("lists every event, and every status of health")
  func events() throws {
    let page = try self.page()
    let source = try String(
      contentsOf: self.root.appending(path: "Sources/Almanac/Events/SchedulerEvent.swift"), encoding: .utf8)
    let cases = source.split(separator: "\n").compactMap { $0.firstMatch(of: /^    case (\w+)/)?.1 }
    #expect(cases.count > 15)
    for name in cases { #expect(page.contains("`\(name)`"), "\(name) is not on the page") }
    for status in SchedulerHealth.Status.allCases { #expect(page.contains("| `\(status.rawValue)` |")) }
  }

  @Test("lists every key of log metadata that the scheduler's files write")
  func metadata() throws {
    let page = try self.page()
    let folder = self.root.appending(path: "Sources/Almanac/Scheduler")
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    var keys: Set<String> = []
    for case let file as URL in files where file.pathExtension == "swift" {
      let text = try String(contentsOf: file, encoding: .utf8)
      for match in text.matches(of: /metadata(?:Key:)? ?\[?"(\w+)"\]?/) { keys.insert(String(match.1)) }
      for match in text.matches(of: /metadata\["(\w+)"\]/) { keys.insert(String(match.1)) }
      for match in text.matches(of: /(?:metadata: |Metadata = )\[([^\n]*)\]/) {
        for key in match.1.matches(of: /"(\w+)": "/) { keys.insert(String(key.1)) }
      }
    }
    #expect(keys.count > 10)
    for key in keys.sorted() { #expect(page.contains("`\(key)`"), "\(key) is not on the page") }
  }
}
