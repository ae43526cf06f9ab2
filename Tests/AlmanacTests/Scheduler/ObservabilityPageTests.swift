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
    let section = try #require(try self.section("Events"))
    let listed = section.matches(of: /`(\w+)`/).map { String($0.1) }
    #expect(listed.sorted() == cases.map(String.init).sorted())
    for status in SchedulerHealth.Status.allCases { #expect(page.contains("| `\(status.rawValue)` |")) }
  }

  @Test("lists every attribute of spans, and no other, with their kind")
  func spans() throws {
    let section = try #require(try self.section("Spans"))
    var attributes: Set<String> = []
    var kinds: Set<String> = []
    for text in try self.sources("Sources/Almanac") {
      for match in text.matches(of: /attributes\["([\w.]+)"\]/) { attributes.insert(String(match.1)) }
      for match in text.matches(of: /ofKind: \.(\w+)/) { kinds.insert(String(match.1)) }
    }
    #expect(attributes.count > 1)
    #expect(Set(section.matches(of: /`((?:almanac|error)\.[\w.]+)`/).map { String($0.1) }) == attributes)
    #expect(Set(section.matches(of: /of kind `(\w+)`/).map { String($0.1) }) == kinds)
  }

  private func section(_ title: String) throws -> String? {
    try self.page().components(separatedBy: "\n## ").first { $0.hasPrefix("\(title)\n") }
  }

  /// The texts of all Swift files below a folder.
  private func sources(_ path: String) throws -> [String] {
    let folder = self.root.appending(path: path)
    let files = try #require(FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil))
    return try files.compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
      .map { try String(contentsOf: $0, encoding: .utf8) }
  }

  @Test("lists every key of log metadata that the scheduler's files write")
  func metadata() throws {
    let section = try #require(try self.section("Log lines"))
    var keys: Set<String> = []
    for text in try self.sources("Sources/Almanac/Scheduler") {
      for match in text.matches(of: /metadata(?:Key:)? ?\[?"(\w+)"\]?/) { keys.insert(String(match.1)) }
      for match in text.matches(of: /metadata\["(\w+)"\]/) { keys.insert(String(match.1)) }
      for match in text.matches(of: /(?:metadata: |Metadata = )\[([^\n]*)\]/) {
        for key in match.1.matches(of: /"(\w+)": "/) { keys.insert(String(key.1)) }
      }
    }
    #expect(keys.count > 10)
    for key in keys.sorted() { #expect(section.contains("`\(key)`"), "\(key) is not on the page") }
  }
}
