#if CommandLine
import Almanac
import AlmanacTesting
import Foundation
import Testing

@testable import AlmanacCommands

@Suite("Files and small texts that nobody would write")
struct TextFuzzTests {
  /// As for the triggers: `ALMANAC_PROPERTY_SEEDS` says how many seeds, `ALMANAC_PROPERTY_SEED` names one.
  private static let seeds: [UInt64] = {
    let environment = ProcessInfo.processInfo.environment
    if let one = environment["ALMANAC_PROPERTY_SEED"].flatMap({ UInt64($0) }) { return [one] }
    return Array(1...max(environment["ALMANAC_PROPERTY_SEEDS"].flatMap { UInt64($0) } ?? 1, 1))
  }()

  private static let awkward = [
    "99999999999999999999", "9223372036854775807", "-1", "0", "٣", "é", "e\u{301}", "🕐", "漢字", "\u{0}", "\r\n", "\n",
    "\t",
    " ", "", "*", "/", "%", "\\%", "\"", "'", "=", ":", "- ", "[", "]", "{", "}", "#", "&a", "*a", "|", ">", "!", "@",
    "`",
    "\u{FEFF}", "\u{202E}", "1h", "ms", "null", "true", "~",
  ]

  private static func mutation(of text: String, _ generator: inout SeededGenerator) -> String {
    var characters = Array(text)
    for _ in 0..<Int.random(in: 1...4, using: &generator) {
      let place = Int.random(in: 0...characters.count, using: &generator)
      let piece = Array(awkward.randomElement(using: &generator) ?? "")
      switch Int.random(in: 0..<3, using: &generator) {
      case 0 where place < characters.count: characters.remove(at: place)
      case 1 where place < characters.count: characters.replaceSubrange(place...place, with: piece)
      default: characters.insert(contentsOf: piece, at: place)
      }
    }
    return String(characters)
  }

  @Test("durations are refused with a place within the text, or written as they were read", arguments: seeds)
  func durations(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<2_000 {
      let valid = ["90s", "1h30m", "2w3d", "250ms", "1d2h3m4s5ms6us"].randomElement(using: &generator) ?? ""
      let text = Self.mutation(of: valid, &generator)
      do throws(SyntaxProblem) {
        let duration = try DurationText.parse(text)
        #expect(try DurationText.parse(DurationText.exact(duration)) == duration, "\(text.debugDescription)")
        #expect(!DurationText.rounded(duration).isEmpty)
      } catch {
        #expect(error.column >= 1 && error.column <= text.count + 1, "\(text.debugDescription)")
        #expect(!error.message.isEmpty)
      }
      _ = try? SizeText.parse(text)
      _ = try? ConfigTime.parse(text, in: .utc)
    }
  }

  private static let crontab = """
    SHELL=/bin/bash
    MAILTO=""
    # nightly
    0 4 * * * /usr/bin/backup --all %line one%two
    */5 9-17 * * mon-fri "/opt/my app/poll" # x
    @daily rm -rf "$TMP/x"
    CRON_TZ=Europe/Berlin
    30 2 1,15 * 5 echo \\% done
    """

  @Test("a crontab becomes a configuration that can be read, whatever stands in it", arguments: seeds)
  func crontabs(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var carried = 0
    for _ in 0..<300 {
      let text = Self.mutation(of: Self.crontab, &generator)
      for isSystem in [false, true] {
        let made = CrontabImport(Crontab(text, isSystem: isSystem), source: "crontab", zone: "UTC")
        carried += made.count
        #expect(made.remarks.allSatisfy { !$0.message.isEmpty && $0.line ?? 1 >= 1 })
        do throws(ConfigError) {
          let file = try ConfigReader.read(made.yaml, path: "a.yaml", directory: "/tmp")
          #expect(file.jobs.count == made.count)
        } catch {
          // What cron took for an environment, and a job cannot have, is told with its place.
          #expect(error.problems.allSatisfy { $0.line > 1 }, "\(text.debugDescription)\n\(error)")
        }
      }
    }
    #expect(carried > 600)
  }

  private static let configuration = """
    zone: Europe/Berlin
    executors: {default: 4}
    defaults:
      overlap: skip
    jobs:
      nightly:
        cron: "0 4 * * MON-FRI"
        dialect: crontab
        shell: echo hello
        tags: [a, b]
        timeout: 1h30m
      "often":
        every: 90s
        from: 2026-01-31 09:30
        command: [date, -u]
      rule:
        rrule: FREQ=MONTHLY;BYDAY=-1FR
        start: 2026-01-31T09:00:00
        exclude: [2026-02-27T09:00:00]
        shell: |
          true
    """

  @Test("a configuration is read, or all that is wrong is told with places within it", arguments: seeds)
  func configurations(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    #expect((try? ConfigReader.read(Self.configuration, path: "a.yaml", directory: "/tmp"))?.jobs.count == 3)
    var refused = 0
    for _ in 0..<600 {
      let text = Self.mutation(of: Self.configuration, &generator)
      do throws(ConfigError) {
        _ = try ConfigReader.read(text, path: "a.yaml", directory: "/tmp")
      } catch {
        refused += 1
        let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
        #expect(!error.problems.isEmpty && !error.description.isEmpty)
        for problem in error.problems {
          #expect(problem.line >= 1 && problem.line <= lines.count + 1, "\(text.debugDescription): \(problem)")
          #expect(problem.column >= 1 && !problem.message.isEmpty, "\(text.debugDescription): \(problem)")
        }
      }
    }
    #expect(refused > 100)
  }

  @Test("nested lists and mappings end at a depth, and not the stack")
  func depth() {
    for opening in ["[", "{a: ", "- "] {
      let text = "jobs:\n  a: " + String(repeating: opening, count: 100_000)
      #expect(throws: ConfigError.self) { try ConfigReader.read(text, path: "a.yaml", directory: "/tmp") }
    }
    #expect(throws: SyntaxProblem.self) { try JSONReader.value(in: Array(String(repeating: "[", count: 100_000).utf8)) }
  }
}
#endif
