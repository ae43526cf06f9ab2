import Foundation

/// A page of `docs`, and the snippet that holds its examples.
struct GuidePage {
  let text: String
  let snippet: String

  init(_ page: String, snippet: String) throws {
    func read(_ path: String) throws -> String {
      try String(contentsOf: TidyTests.root.appending(path: path), encoding: .utf8)
    }
    self.text = try read("docs/\(page).md")
    self.snippet = try read("Snippets/\(snippet).swift")
  }

  /// What stands between fences of the given language.
  func blocks(_ language: String) -> [String] {
    self.text.components(separatedBy: "```\(language)\n").dropFirst().compactMap {
      $0.components(separatedBy: "```").first
    }
  }

  /// The lines of the page's Swift examples.
  var examples: [[String]] { self.blocks("swift").map(GuidePage.code) }

  /// The lines of the parts of the snippet that are shown.
  var shown: [[String]] {
    self.snippet.components(separatedBy: "// snippet.show\n").dropFirst()
      .map { GuidePage.code($0.components(separatedBy: "// snippet.hide")[0]) }
  }

  /// Without what follows code on its line: the formatter's spaces before a comment are not those of a page.
  private static func code(_ text: String) -> [String] {
    text.split(separator: "\n").map { line in
      line.components(separatedBy: "//")[0].trimmingCharacters(in: .whitespaces)
    }
  }
}
