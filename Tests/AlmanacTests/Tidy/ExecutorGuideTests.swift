import Foundation
import Testing

@Suite("The guide to executors says what the code does")
struct ExecutorGuideTests {
  @Test("each of its examples compiles: it is a part of a snippet")
  func examples() throws {
    let page = try GuidePage("executors", snippet: "ExecutorsExample")
    #expect(page.examples == page.shown)
    #expect(page.shown.count == 7)
  }

  @Test("every executor is in its table")
  func table() throws {
    let page = try GuidePage("executors", snippet: "ExecutorsExample")
    for folder in ["Almanac", "AlmanacTesting"] {
      let url = TidyTests.root.appending(path: "Sources/\(folder)/Executors")
      let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        .filter { $0.hasSuffix("Executor.swift") && $0 != "JobExecutor.swift" }
      #expect(!names.isEmpty)
      for name in names { #expect(page.text.contains("`\(name.dropLast(6))`"), "\(name)") }
    }
  }
}
