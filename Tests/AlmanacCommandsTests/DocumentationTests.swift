#if CommandLine
import Almanac
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("The documentation and the example say what the code does")
struct DocumentationTests {
  private func text(_ path: String) throws -> String {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: package.appendingPathComponent(path), encoding: .utf8)
  }

  @Test("the example is a valid file with a job of each kind that it shows")
  func example() throws {
    let file = try read(try self.text("Examples/almanac.yaml"))
    #expect(file.name == "example")
    #expect(
      file.jobs.map(\.id) == ["heartbeat", "clock", "flaky", "slow", "stuck", "nightly", "once", "hello", "asleep"])
    #expect(file.jobs.contains { $0.policies.retry.attempts > 1 })
    #expect(file.jobs.contains { $0.onlyFire != nil })
  }

  @Test("every exit status is documented", arguments: CommandStatus.allCases)
  func exitStatus(_ status: CommandStatus) throws {
    #expect(try self.text("docs/command-line.md").contains("| \(status.rawValue) | \(status.meaning) |"))
  }

  @Test("every key of a configuration file is documented")
  func keys() throws {
    let text = try self.text("docs/configuration.md")
    for key in ConfigReader.keys + ConfigReader.jobKeys + ConfigReader.calendarKeys {
      #expect(text.contains("`\(key)`") || text.contains("\n\(key):"), "\(key)")
    }
  }

  @Test("every example of a job in the documentation is one")
  func snippets() throws {
    let blocks = try self.text("docs/configuration.md").components(separatedBy: "```yaml\n").dropFirst()
      .compactMap { $0.components(separatedBy: "```").first }
    #expect(blocks.count >= 5)
    for block in blocks {
      if block.contains("jobs:\n") {
        #expect(problems(block) == [])
        continue
      }
      let lines = block.split(separator: "\n").map { "    \($0)\n" }.joined()
      let work = block.contains("retry:") ? "    shell: date\n" : ""
      #expect(problems("jobs:\n  a:\n\(work)    every: 1s\n\(lines)") == [])
    }
  }
}
#endif
