#if CommandLine
import Almanac
import Testing

@testable import AlmanacCommands

@Suite("Every fault of a file is told with line, column and what would be right")
struct ConfigErrorTests {
  /// A job `a` with these lines, which begin on line 3.
  private func job(_ lines: String...) -> [String] {
    problems((["jobs:", "  a:"] + lines.map { "    \($0)" }).joined(separator: "\n"))
  }

  @Test(
    "of the whole file",
    arguments: [
      ("", ["1:1: the file is empty; expected at least \"jobs:\""]),
      ("# nothing", ["1:1: the file is empty; expected at least \"jobs:\""]),
      ("[]", ["1:1: the file must be a mapping of keys to values, not a list"]),
      ("just text", ["1:1: the file must be a mapping of keys to values, not \"just text\""]),
      ("name: a", ["1:1: the key \"jobs\" is missing"]),
      ("job: {}\njobs: {}", ["1:1: unknown key \"job\" in the file; did you mean \"jobs\"?"]),
      (
        "frobnicate: 1\njobs: {}",
        [
          "1:1: unknown key \"frobnicate\" in the file; expected name, store, zone, executors, drainTimeout, defaults, calendars or jobs"
        ]
      ),
      ("jobs: []", ["1:7: \"jobs\" must be a mapping of job ids to what each job is, not a list"]),
      ("jobs: {}\nzone: Mars", ["2:7: zone: Unknown time zone \"Mars\""]),
      (
        "jobs: {}\nzone: Europe/Berln",
        ["2:7: zone: Unknown time zone \"Europe/Berln\". Did you mean \"Europe/Berlin\"?"]
      ),
      (
        "jobs: {}\nstore: redis://x",
        [
          "2:8: store: there are no stores of the kind \"redis\"; expected sqlite:PATH, postgresql://HOST/DATABASE,"
            + " mysql://HOST/DATABASE or memory:"
        ]
      ),
      ("jobs: {}\nname: a/b", ["2:7: name: expected letters, digits, \"-\", \"_\" and \".\""]),
      ("jobs: {}\nexecutors: {default: 0}", ["2:22: default: expected a whole number from 1 to 100000, not \"0\""]),
      (
        "jobs: {}\nexecutors: 5",
        ["2:12: \"executors\" must be a mapping of names to how many runs may go at once, not \"5\""]
      ),
      (
        "jobs: {}\ndrainTimeout: soon",
        ["2:15: drainTimeout: \"s\" is no number; a duration is written such as 90s, 5m or 1h30m"]
      ),
      (
        "jobs: {}\ndefaults: {title: x}",
        [
          "2:12: unknown key \"title\" in the defaults; expected misfireGrace, catchUp, catchUpWindow, jitter, deadline, overlap, retry, timeout, onCrash, crashLimit, pauseAfterFailures, runLimit, deadLetters, logLines, historyAge, historyLimit, retention, queue or priority"
        ]
      ),
      ("jobs: {", ["2:1: this is no YAML: while parsing a flow node, did not find expected node content"]),
      ("a: b\n c: d", ["2:3: this is no YAML: mapping values are not allowed in this context"]),
      ("a: *b", ["1:4: this is no YAML: found undefined alias"]),
      (
        "jobs: {}\n---\njobs: {}",
        ["2:1: this is no YAML: expected a single document in the stream of line 1, but found another document"]
      ),
      ("jobs: {}\njobs: {}", ["1:1: \"jobs\" is given more than once"]),
      (
        "jobs:\n\tx: y",
        ["2:1: this is no YAML: while scanning for the next token, found character that cannot start any token"]
      ),
    ])
  func file(_ yaml: String, _ expected: [String]) {
    #expect(problems(yaml) == expected)
  }

  @Test("of a job that is none")
  func noJob() {
    #expect(problems("jobs:\n  a: x") == ["2:6: the job \"a\" must be a mapping of keys to values, not \"x\""])
    #expect(problems("jobs:\n  a:") == ["2:5: the job \"a\" must be a mapping of keys to values, not nothing"])
    #expect(problems("jobs:\n  \"\": {shell: x, every: 1s}") == ["2:3: a job id may not be empty"])
    #expect(problems("jobs:\n  [a]: {shell: x, every: 1s}") == ["2:3: the id of a job must be a word, not a list"])
  }

  @Test("of its work")
  func work() {
    #expect(self.job("every: 1s") == ["3:5: the job \"a\" does nothing; expected command, shell or http"])
    #expect(
      self.job("every: 1s", "shell: x", "http: http://x") == [
        "5:5: the job \"a\" has both \"shell\" and \"http\"; expected one of them"
      ])
    #expect(
      self.job("every: 1s", "command: date -u") == [
        "4:14: \"command\" must be a list of the program and its arguments; write [date, -u], or shell: for a line of shell"
      ])
    #expect(self.job("every: 1s", "command: []") == ["4:14: \"command\" names no program"])
    #expect(self.job("every: 1s", "command: [a, [b]]") == ["4:18: \"command\" must be a text, not a list"])
    #expect(self.job("every: 1s", "shell:") == ["4:11: \"shell\" must be a text, not nothing"])
    #expect(
      self.job("every: 1s", "shell: x", "environment: [A]") == [
        "5:18: \"environment\" must be a mapping of names to texts, not a list"
      ])
    #expect(
      self.job("every: 1s", "shell: x", "environment: {A=B: c}") == [
        "5:18: \"A=B\" is no name of an environment variable"
      ])
    #expect(
      self.job("every: 1s", "shell: x", "output: sometimes") == [
        "5:13: output: \"sometimes\" is not known; expected never, failure or always"
      ])
    #expect(
      self.job("every: 1s", "shell: x", "output: {limit: 1TB}") == [
        "5:22: limit: \"TB\" is no unit of size; expected B, KB, KiB, MB, MiB, GB or GiB"
      ])
    #expect(self.job("every: 1s", "shell: x", "output: {limit: 1GiB}") == ["5:21: limit: at most 64MiB are kept"])
  }

  @Test("of a call")
  func call() {
    #expect(self.job("every: 1s", "http: ftp://x") == ["4:11: http: expected a URL of http or https, not \"ftp://x\""])
    #expect(self.job("every: 1s", "http: {method: GET}") == ["4:11: the call of the job \"a\" has no \"url\""])
    #expect(
      self.job("every: 1s", "http: {url: http://x, expect: 99}") == [
        "4:35: expect: \"99\" is no status; expected one such as 204 or 200-299"
      ])
    #expect(self.job("every: 1s", "http: {url: http://x, expect: []}") == ["4:35: \"expect\" names no status"])
    #expect(
      self.job("every: 1s", "http: {url: http://x, method: G T}") == ["4:35: method: \"G T\" is no method of HTTP"])
    #expect(
      self.job("every: 1s", "http: {url: http://x, headers: {A: \"b\\nC: d\"}}") == [
        "4:36: \"A\" is no header of HTTP on one line"
      ])
    #expect(
      self.job("every: 1s", "http: http://x", "stdin: y") == [
        "5:5: \"stdin\" is for commands; the job \"a\" calls a URL"
      ])
    #expect(self.job("every: 1s", "http: {url: http://x, timeout: 0s}") == ["4:36: timeout: must be more than zero"])
  }

  @Test("of its time")
  func time() {
    #expect(
      self.job("shell: x") == ["3:5: the job \"a\" has no time; expected cron, every, at, calendar, rrule or atStart"])
    #expect(
      self.job("shell: x", "cron: '* * * * *'", "every: 1s") == [
        "5:5: the job \"a\" has both \"cron\" and \"every\"; expected one of them"
      ])
    #expect(
      self.job("shell: x", "cron: '0 25 * * *'") == [
        "4:14: cron: hour 25 is out of range; expected 0 to 23. Did you mean \"23\"?"
      ])
    #expect(
      self.job("shell: x", "cron: 0 25 * * *") == [
        "4:13: cron: hour 25 is out of range; expected 0 to 23. Did you mean \"23\"?"
      ])
    #expect(self.job("shell: x", "cron: '* * * * *'", "dialect: vixie").count == 1)
    #expect(
      self.job("shell: x", "cron: '* * * * *'", "gap: jump") == [
        "5:10: gap: \"jump\" is not known; expected auto, skip, at-gap-end or shift"
      ])
    #expect(
      self.job("shell: x", "every: 0s") == [
        "4:12: every: An interval must be at least one microsecond, not 0.0 seconds"
      ])
    #expect(self.job("shell: x", "every: 1s", "dialect: ocps") == ["5:5: \"dialect\" is for cron expressions"])
    #expect(self.job("shell: x", "at: 2026-01-01", "until: 2026-01-02") == ["5:5: \"until\" is for jobs that repeat"])
    #expect(
      self.job("shell: x", "at: 2026-03-29 02:30", "zone: Europe/Berlin") == [
        "4:9: at: 2026-03-29 02:30 does not exist in Europe/Berlin: the clocks go forward by 1h"
      ])
    #expect(self.job("shell: x", "every: 1s", "zone: Nowhere/City").count == 1)
    #expect(self.job("shell: x", "calendar: '*-*-* 25:00'").count == 1)
    #expect(
      self.job("shell: x", "rrule: FREQ=DAILY") == [
        "4:5: \"rrule\" needs a \"start\", which gives what the rule leaves open"
      ])
    #expect(self.job("shell: x", "every: 1s", "start: 2026-01-01") == ["5:5: \"start\" is for recurrence rules"])
    #expect(
      self.job("shell: x", "rrule: FREQ=DAILY", "start: 2026-01-01", "exclude: [x]") == [
        "6:15: exclude: \"x\" is no time; expected one such as 2026-01-31T09:30:00Z, or 2026-01-31 09:30 for a local time"
      ])
  }

  @Test("of its policies")
  func policies() {
    func policy(_ line: String) -> [String] { self.job("shell: x", "every: 1s", line) }
    #expect(policy("catchUp: some") == ["5:14: catchUp: \"some\" is not known; expected latest, earliest, none or all"])
    #expect(policy("catchUp: {all: 65}") == ["5:20: all: expected a whole number from 1 to 64, not \"65\""])
    #expect(policy("overlap: {queue: 1, allow: 2}") == ["5:14: \"overlap\" is either queue or allow"])
    #expect(policy("retry: 0") == ["5:12: retry: expected a whole number from 1 to 1000000, not \"0\""])
    #expect(
      policy("retry: {backoff: fixed}") == ["5:12: \"retry\" has no \"attempts\": how often a fire is tried in all"])
    #expect(policy("timeout: 0s") == ["5:14: timeout: must be more than zero, or none"])
    #expect(policy("onCrash: explode") == ["5:14: onCrash: \"explode\" is not known; expected run-again or abandon"])
    #expect(
      policy("priority: urgent") == ["5:15: priority: \"urgent\" is not known; expected low, normal, high or critical"])
    #expect(policy("paused: maybe") == ["5:13: paused: expected true or false, not \"maybe\""])
    #expect(policy("tags: {}") == ["5:11: \"tags\" must be a list of texts, not a mapping"])
    #expect(policy("executor: heavy") == ["5:15: executor: \"heavy\" is not known; expected default"])
    #expect(policy("comand: [x]") == ["5:5: unknown key \"comand\" in the job \"a\"; did you mean \"command\"?"])
  }

  @Test("a job that no store takes is refused before anything is applied")
  func tooLarge() {
    let text = String(repeating: "x", count: 300_000)
    #expect(
      problems("jobs:\n  a: {shell: cat, stdin: \(text), every: 1s}") == [
        "2:3: the job \"a\" is larger than 256KiB; keep large texts in files"
      ])
  }

  @Test("several faults are told at once, in the order of the file, with the lines they are on")
  func several() throws {
    let yaml = "zone: Mars\njobs:\n  a:\n    comand: [\u{1B}x]\n    every: 90\n"
    do {
      _ = try read(yaml.replacing("\u{1B}", with: ""))
      Issue.record("it was read")
    } catch {
      #expect(
        error.description == """
          test.yaml:1:7: zone: Unknown time zone "Mars"
              zone: Mars
                    ^
          test.yaml:4:5: the job "a" does nothing; expected command, shell or http
              comand: [x]
              ^
          test.yaml:4:5: unknown key "comand" in the job "a"; did you mean "command"?
              comand: [x]
              ^
          test.yaml:5:14: every: the unit is missing; expected w, d, h, m, s, ms or us, such as 90s for seconds
              every: 90
                       ^
          """)
    }
  }

  @Test("no text makes the reader trap", arguments: 0..<200)
  func nothingTraps(_ seed: Int) {
    var generator = SeededGenerator(seed: UInt64(seed))
    let pieces = [
      "jobs:", "\n", "  ", "a", ":", " ", "{", "}", "[", "]", "\"", "'", "|", "&x", "*x", "- ", "#", "\t", "cron",
      "every", "\u{0}", "é", "!!", "<<", "%", "@", "? ",
    ]
    let text = (0..<40).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }.joined()
    _ = problems(text)
    _ = problems("jobs:\n  a:\n    " + text)
  }

  @Test("deep nesting is refused by the parser, not followed")
  func deepNesting() {
    #expect(!problems("jobs: " + String(repeating: "[", count: 50_000)).isEmpty)
  }
}

/// SplitMix64: the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { self.state = seed }

  mutating func next() -> UInt64 {
    self.state &+= 0x9E37_79B9_7F4A_7C15
    var z = self.state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
#endif
