#if CommandLine
import Almanac
import Foundation
import Testing
import Yams

@testable import AlmanacCommands

@Suite("A crontab is read as cron reads it")
struct CrontabTests {
  private func content(_ line: String, isSystem: Bool = false) -> Crontab.Content? {
    Crontab(line, isSystem: isSystem).lines.first?.content
  }

  private func entry(_ line: String, isSystem: Bool = false) -> Crontab.Entry? {
    if case .entry(let entry) = self.content(line, isSystem: isSystem) { entry } else { nil }
  }

  @Test(
    "a variable loses the blanks around it, and keeps those in its quotes",
    arguments: [
      ("A=b", "A", "b"), ("  A = b c  ", "A", "b c"), ("A=\" b \"", "A", " b "), ("A='b'", "A", "b"),
      ("\"A\"=b", "A", "b"), ("'A B' = c", "A B", "c"), ("A=", "A", ""), ("A=\"b", "A", "\"b"), ("A=b=c", "A", "b=c"),
      ("PATH=/usr/local/sbin:/usr/local/bin", "PATH", "/usr/local/sbin:/usr/local/bin"), ("A=$HOME/x", "A", "$HOME/x"),
    ])
  func variables(_ line: String, _ name: String, _ value: String) {
    #expect(self.content(line) == .variable(name: name, value: value))
  }

  @Test("fields may be parted by any blanks, and a user stands before the command of a system crontab")
  func entries() {
    #expect(
      self.entry("17 *\t* * *\troot    cd / && run-parts x", isSystem: true)
        == Crontab.Entry(schedule: "17 * * * *", column: 1, user: "root", command: "cd / && run-parts x"))
    #expect(self.entry("  @daily  /bin/x a=b") == Crontab.Entry(schedule: "@daily", column: 3, command: "/bin/x a=b"))
    #expect(self.entry("-*/15 * * * * x")?.isUnlogged == true)
    #expect(self.entry("0 5 * * 1 FOO=bar baz")?.command == "FOO=bar baz")
    #expect(self.entry("0 5 * * * # not a comment")?.command == "# not a comment")
  }

  @Test(
    "a percent sign ends the command and breaks lines of its input; an escaped one is itself",
    arguments: [
      ("mail -s x%Hello%%World", "mail -s x", "Hello\n\nWorld\n"), ("date +\\%F", "date +%F", nil),
      ("a \\% b % c \\% d", "a % b", " c % d\n"), ("a\\\\b", "a\\\\b", nil), ("cat%", "cat", "\n"),
    ] as [(String, String, String?)])
  func percents(_ line: String, _ command: String, _ input: String?) {
    let entry = self.entry("* * * * * " + line)
    #expect(entry?.command == command)
    #expect(entry?.input == input)
  }

  @Test("what is no line of a crontab is told as that")
  func malformed() {
    #expect(self.content("hello") == .malformed("expected five fields and a command, or NAME=value"))
    #expect(self.content("* * * * *") == .malformed("the command is missing"))
    #expect(
      self.content("* * * * * x", isSystem: true)
        == .malformed("the command is missing; is this a user's crontab, without users?"))
    #expect(self.content("* * * * *", isSystem: true) == .malformed("the user is missing"))
    #expect(self.content("@daily") == .malformed("the command is missing"))
  }

  @Test("blank lines and comments are what they are, whatever ends the lines")
  func blanks() {
    let crontab = Crontab("# a\r\n\r\n\t# b\r\n* * * * * x\r\n", isSystem: false)
    #expect(crontab.lines.map(\.number) == [1, 2, 3, 4])
    #expect(crontab.lines.map(\.content).prefix(3) == [.comment("a"), .blank, .comment("b")])
    #expect(self.entry("* * * * * x\r\n")?.command == "x")
  }
}

@Suite("What comes of a crontab is a configuration file, and nothing is lost in silence")
struct CrontabImportTests {
  private func importing(_ text: String, isSystem: Bool = false) -> CrontabImport {
    CrontabImport(Crontab(text, isSystem: isSystem), source: "/etc/crontab", zone: "Europe/Berlin")
  }

  private func remarks(_ result: CrontabImport) -> [String] {
    result.remarks.map { "\($0.line.map(String.init) ?? "-") \($0.weight == .lost ? "lost" : "note"): \($0.message)" }
  }

  /// The jobs part of the result.
  private func jobs(_ result: CrontabImport) -> String {
    result.yaml.components(separatedBy: "jobs:\n").dropFirst().joined(separator: "jobs:\n")
  }

  /// As Debian 12 ships it.
  private static let debian = """
    # /etc/crontab: system-wide crontab
    # Unlike any other crontab you don't have to run the `crontab'
    # command to install the new version when you edit this file
    # and files in /etc/cron.d. These files also have username fields,
    # that none of the other crontabs do.

    SHELL=/bin/sh
    # You can also override PATH, but by default, newer versions inherit it from the environment
    #PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

    # Example of job definition:
    # .---------------- minute (0 - 59)
    # *  *  *  *  * user-name command to be executed
    17 *\t* * *\troot\tcd / && run-parts --report /etc/cron.hourly
    25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }
    47 6\t* * 7\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }
    52 6\t1 * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }
    #
    """

  @Test("Debian's system crontab")
  func debianSystem() throws {
    let result = self.importing(Self.debian, isSystem: true)
    #expect(
      self.jobs(result) == """
          # /etc/crontab: system-wide crontab
          # Unlike any other crontab you don't have to run the `crontab'
          # command to install the new version when you edit this file
          # and files in /etc/cron.d. These files also have username fields,
          # that none of the other crontabs do.

          # You can also override PATH, but by default, newer versions inherit it from the environment
          # PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin

          # Example of job definition:
          # .---------------- minute (0 - 59)
          # *  *  *  *  * user-name command to be executed
          cd-run-parts-report-etc-cron-hourly:  # line 14
            shell: "cd / && run-parts --report /etc/cron.hourly"
            cron: "17 * * * *"
            dialect: crontab
            tags: [user-root]

          test-x-usr-sbin-anacron-cd-run-parts-rep:  # line 15
            shell: "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }"
            cron: "25 6 * * *"
            dialect: crontab
            tags: [user-root]

          test-x-usr-sbin-anacron-cd-run-parts-rep-2:  # line 16
            shell: "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.weekly; }"
            cron: "47 6 * * 7"
            dialect: crontab
            tags: [user-root]

          test-x-usr-sbin-anacron-cd-run-parts-rep-3:  # line 17
            shell: "test -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.monthly; }"
            cron: "52 6 1 * *"
            dialect: crontab
            tags: [user-root]
          # #

        """)
    let file = try read(result.yaml)
    #expect(
      file.jobs.map(\.trigger)
        == (try ["17 * * * *", "25 6 * * *", "47 6 * * 7", "52 6 1 * *"].map {
          try Trigger.cron($0, dialect: .crontab, in: "Europe/Berlin")
        }))
    #expect(file.zone == "Europe/Berlin")
    #expect(file.jobs.allSatisfy { $0.policies.catchUp == .none && $0.policies.overlap == .allow(limit: 64) })
    #expect(
      self.remarks(result).first == "14 note: cron runs this as root; almanac runs it as the user of \"almanac serve\"")
    #expect(self.remarks(result).count == 5)
  }

  private static let user = """
    MAILTO=admin@example.org
    SHELL=/bin/bash
    PATH="/usr/local/bin:/usr/bin"
    HOME=/home/anna
    CRON_TZ=America/New_York
    TZ=UTC
    @reboot /home/anna/start.sh
    @daily echo "it's \\"daily\\"" # say so
    */5 9-17 * * 1-5 curl -fsS https://example.org/ping?a=1&b=2 >/dev/null
    0 0 1 1 * mail -s "Happy New Year" anna%Dear Anna,%%100\\% good wishes
    60 * * * * never
    PATH=/bin
    0 12 * * * true
    0~59 3 * * * random
    @every_minute x
    nonsense
    """

  @Test("a user's crontab with everything that people write")
  func userCrontab() throws {
    let result = self.importing(Self.user)
    let file = try read(result.yaml)
    #expect(
      file.jobs.map(\.id) == [
        "home-anna-start-sh", "echo-it-s-daily-say-so", "curl-fss-https-example-org-ping-a-1-b-2",
        "mail-s-happy-new-year-anna", "true",
      ])
    guard case .command(let daily) = file.jobs[1].work, case .command(let mail) = file.jobs[3].work,
      case .command(let last) = file.jobs[4].work
    else { return #expect(Bool(false)) }
    #expect(daily.arguments == ["/bin/bash", "-c", "echo \"it's \\\"daily\\\"\" # say so"])
    #expect(daily.environment == ["PATH": "/usr/local/bin:/usr/bin", "HOME": "/home/anna", "TZ": "UTC"])
    #expect(daily.directory == "/home/anna")
    #expect(mail.arguments.last == "mail -s \"Happy New Year\" anna")
    #expect(mail.input == "Dear Anna,\n\n100% good wishes\n")
    #expect(last.environment["PATH"] == "/bin")
    #expect(file.jobs.allSatisfy { $0.zone == "America/New_York" })
    #expect(
      self.remarks(result) == [
        "1 note: MAILTO: no mail is sent; the output of failed runs is printed by \"almanac serve\"",
        "7 note: @reboot runs once at each start of \"almanac serve\", not only of the machine; where several daemons share a store, at the start of each, on any of them",
        "11 lost: 60 * * * *: minute 60 is out of range; expected 0 to 59. Did you mean \"0\"? Left out",
      ] + self.remarks(result).suffix(3))
    #expect(self.remarks(result).suffix(3).map { String($0.prefix(8)) } == ["14 lost:", "15 lost:", "16 lost:"])
    #expect(result.count == 5)
    #expect(file.jobs.map(\.runsAtStart) == [true, false, false, false, false])
  }

  @Test(
    "a crontab with nothing in it is a file without jobs", arguments: ["", "\n\n", "# only\n", "A=b\n"])
  func nothing(_ text: String) throws {
    #expect(try read(self.importing(text).yaml).jobs.isEmpty)
  }

  @Test("a system file of cron.d")
  func cronD() throws {
    let result = self.importing(
      """
      30 3 * * 0 root test -e /run/systemd/system || SERVICE_MODE=1 /usr/lib/x86_64-linux-gnu/e2fsprogs/e2scrub_all_cron
      10 3 * * * root test -e /run/systemd/system || SERVICE_MODE=1 /sbin/e2scrub_all -A -r
      """, isSystem: true)
    let file = try read(result.yaml)
    #expect(file.jobs.count == 2)
    guard case .command(let job) = file.jobs[1].work else { return #expect(Bool(false)) }
    #expect(job.shell == "test -e /run/systemd/system || SERVICE_MODE=1 /sbin/e2scrub_all -A -r")
  }

  @Test(
    "whatever a crontab holds, the result is a configuration file with as many jobs as were counted", arguments: 0..<300
  )
  func anything(_ seed: Int) throws {
    var generator = SeededGenerator(seed: UInt64(seed))
    let pieces = [
      "* * * * * ", "@daily ", "\n", "#", "A=", "\"", "'", "\\", "%", "$(x)", "é日", "\u{1B}", "\u{85}", "\u{FEFF}", " ",
      "\t", ": ", "- ", "[", "{", "0 5 * * 1 ", "yes", "root ", "\u{2028}", "\u{1F389}", "=", "|", "\r\n",
    ]
    let text = (0..<30).map { _ in pieces[Int(generator.next() % UInt64(pieces.count))] }.joined()
    for isSystem in [false, true] {
      let result = self.importing(text, isSystem: isSystem)
      #expect(try read(result.yaml).jobs.count == result.count)
    }
  }

  @Test(
    "texts survive the way through YAML",
    arguments: [
      "plain", "yes", "a: b", "#x", "\"q\"", "\\", "a\nb", "\u{0}\u{1F}\u{7F}\u{85}\u{FEFF}\u{2028}", "日本🎉", "",
      " lead", "1.5", "~",
    ])
  func scalars(_ text: String) throws {
    let source = try YAMLSource("a: \(YAMLText.scalar(text))")
    #expect(source.root?["a"]?.string == text)
  }
}
#endif
