import Almanac
import Foundation
import Testing

@Suite("docs/record-format.md names every member that is stored, and no other")
struct FormatPageTests {
  private func documented(_ heading: String) throws -> Set<String> {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/record-format.md")
    let lines = try String(contentsOf: url, encoding: .utf8).split(separator: "\n")
    let section = lines.drop { $0 != "## \(heading)" }.dropFirst().prefix { !$0.hasPrefix("## ") }
    return Set(
      section.filter { $0.hasPrefix("| `") }.compactMap { $0.split(separator: "`").dropFirst().first }.map(String.init))
  }

  /// The members of the objects that are found along a path in the stored examples, those of a later version left out.
  private func stored(_ names: [String], _ path: [String]) throws -> Set<String> {
    var found: Set<String> = []
    for name in names {
      var values = [try JSONDecoder().decode(JSONValue.self, from: Data(Golden.bytes(name)))]
      for step in path {
        values = values.flatMap { value -> [JSONValue] in
          guard let member = value[step] else { return [] }
          if case .array(let elements) = member { return elements }
          return [member]
        }
      }
      for case .object(let members) in values { found.formUnion(members.keys) }
    }
    return found.subtracting(["colour", "size", "strikes", "host", "late", "mood", "nested"])
  }

  @Test("each table is what is stored")
  func members() throws {
    let definitions = Golden.definitions.map(\.name)
    let states = Golden.states.map(\.name)
    #expect(try self.documented("Definition") == self.stored(definitions, []))
    #expect(try self.documented("Policies") == self.stored(definitions, ["policies"]))
    #expect(try self.documented("State") == self.stored(states, []))
    #expect(try self.documented("Run") == self.stored(states, ["runs"]))
    #expect(try self.documented("Dead run") == self.stored(states, ["dead"]))
    #expect(try self.documented("Counters") == self.stored(states, ["counters"]))
    #expect(try self.documented("Row") == self.stored(Golden.rows.map(\.name), []))
  }

  @Test("each word of an enumeration is named")
  func words() throws {
    let url = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../../docs/record-format.md")
    let page = try String(contentsOf: url, encoding: .utf8)
    let words =
      JobStatus.allCases.map(\.rawValue) + FateReason.allCases.map(\.rawValue) + OutcomeKind.allCases.map(\.rawValue)
    for word in words { #expect(page.contains("`\(word)`"), "\(word)") }
  }
}
