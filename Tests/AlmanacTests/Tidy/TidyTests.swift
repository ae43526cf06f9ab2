import Foundation
import Testing

/// The rules of the house that a machine can check.
@Suite("The rules of the house")
struct TidyTests {
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  struct Source {
    let path: String
    let lines: [Substring]
  }

  /// The Swift files below a folder of the repository.
  static func sources(_ folder: String) throws -> [Source] {
    let base = root.appending(path: folder)
    let names =
      FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil)?.compactMap { $0 as? URL } ?? []
    return try names.filter { $0.pathExtension == "swift" }.map { url in
      let text = try String(contentsOf: url, encoding: .utf8)
      return Source(
        path: folder + url.path.dropFirst(base.path.count),
        lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }
  }

  @Test("a file holds one idea, in fewer than 400 lines", arguments: ["Sources", "Tests", "Snippets"])
  func length(folder: String) throws {
    let sources = try Self.sources(folder)
    #expect(!sources.isEmpty)
    for source in sources { #expect(source.lines.count <= 400, "\(source.path)") }
  }

  @Test("the core imports no Foundation where its essentials serve")
  func imports() throws {
    for source in try Self.sources("Sources/Almanac") {
      for (number, line) in source.lines.enumerated() where line == "import Foundation" {
        #expect(number > 0 && source.lines[number - 1] == "#else", "\(source.path):\(number + 1)")
      }
    }
  }

  @Test("the core knows nothing of stores with dependencies, nor of the command line")
  func arrows() throws {
    let banned = [
      "import GRDB", "import AlmanacSQLite", "import AlmanacTesting", "import ArgumentParser", "import Testing",
    ]
    for source in try Self.sources("Sources/Almanac") {
      for line in source.lines { #expect(!banned.contains(String(line)), "\(source.path)") }
    }
    for source in try Self.sources("Sources/AlmanacTesting") {
      for line in source.lines { #expect(line != "import Testing" && line != "import XCTest", "\(source.path)") }
    }
  }

  @Test("tests wait for facts, and never sleep")
  func sleeping() throws {
    let banned = ["Task" + ".sleep", "usleep" + "(", "Thread" + ".sleep"]
    for source in try Self.sources("Tests") {
      for (number, line) in source.lines.enumerated() {
        for word in banned { #expect(!line.contains(word), "\(source.path):\(number + 1)") }
      }
    }
  }

  @Test("nothing is forced or left open", arguments: ["Sources"])
  func forced(folder: String) throws {
    let banned = ["try" + "! ", " as" + "! ", "TO" + "DO", "FIX" + "ME", "nonisolated" + "(unsafe)"]
    for source in try Self.sources(folder) {
      for (number, line) in source.lines.enumerated() {
        for word in banned { #expect(!line.contains(word), "\(source.path):\(number + 1) has \(word)") }
      }
    }
  }

  @Test("what is declared safe without the compiler's word has its proof beside it")
  func unchecked() throws {
    for source in try Self.sources("Sources") {
      for (number, line) in source.lines.enumerated() where line.contains("@unchecked " + "Sendable") {
        let before = source.lines[max(0, number - 8)..<number]
        #expect(before.contains { $0.contains("///") || $0.contains("//") }, "\(source.path):\(number + 1)")
      }
    }
  }

  @Test("the two READMEs show the same code, and the first of it compiles")
  func readmes() throws {
    func blocks(_ name: String) throws -> [String] {
      let text = try String(contentsOf: Self.root.appending(path: name), encoding: .utf8)
      return text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 1 }.map(\.element)
    }
    func code(_ block: String) -> [String] {
      // Comments are in the language of the page.
      block.split(separator: "\n").map { line in
        var line = String(line)
        if let comment = line.range(of: #"(//|#) .*"#, options: .regularExpression) { line.removeSubrange(comment) }
        return line.trimmingCharacters(in: .whitespaces)
      }
    }
    let english = try blocks("README.md")
    let chinese = try blocks("README.zh-CN.md")
    #expect(english.map(code) == chinese.map(code))
    let snippet = try String(contentsOf: Self.root.appending(path: "Snippets/ReadmeExample.swift"), encoding: .utf8)
    let shown = snippet.components(separatedBy: "// snippet.show\n")[1].components(separatedBy: "// snippet.hide")[0]
    #expect(english.first == "swift\n" + shown)
  }
}
