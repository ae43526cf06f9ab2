#if CommandLine
import Almanac
import ArgumentParser

struct CheckCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Checks a configuration file and prints when each of its jobs fires next.",
    discussion: "Everything that is wrong with the file is told with line and column; then the exit status is 65.")

  @Argument(help: "The configuration file; - for standard input.")
  var file: String

  @Option(help: "How many fire times of each job to print.")
  var count = 5

  @OptionGroup var output: FormatOptions

  func validate() throws {
    guard (0...1_000).contains(self.count) else { throw ValidationError("--count must be 0 to 1000.") }
  }

  func run() async throws {
    let file = try ConfigLoading.read(self.file)
    let now = SystemClock().now()
    let console = Console.current
    for job in file.jobs {
      let zone = try ZoneDatabase.system.zone(job.zone)
      // An interval without a start begins when the job is added, which is now at the earliest.
      let trigger = job.trigger.anchored(at: now)
      let fires = Fires(of: trigger, after: now, count: job.runsAtStart ? 0 : self.count)
      switch self.output.format {
      case .text: self.print(job, fires, LocalTime(zone: zone), now, to: console)
      case .json:
        console.print(
          JSONWriter.line([
            "job": .string(job.id.rawValue), "trigger": .string(job.trigger.description), "zone": .string(job.zone),
            "line": .integer(Int64(job.line)), "paused": .bool(job.isPaused), "atStart": .bool(job.runsAtStart),
            "policies": JobJSON.object(PolicyText.unusualPairs(job.policies)),
            "fires": .array(fires.all.map { .string($0.rfc3339(in: zone)) }), "exhausted": .bool(fires.isExhausted),
          ]))
      }
    }
    if self.output.format == .text {
      let count = file.jobs.count
      console.print("\(self.file): \(count == 1 ? "1 job" : "\(count) jobs"), no problems")
    }
  }

  private func print(_ job: JobDeclaration, _ fires: Fires, _ time: LocalTime, _ now: Instant, to console: Console) {
    let style = console.outputStyle
    var heading = style.paint(VisibleText.line(job.id.rawValue), .heading)
    if let title = job.title { heading += "  \(VisibleText.line(title))" }
    if job.isPaused { heading += "  " + style.paint("paused", .warning) }
    console.print(heading)
    let policies = PolicyText.unusualPairs(job.policies)
    if job.runsAtStart {
      console.print(style.paint("  at each start of \"almanac serve\"", .faint))
      self.print(policies, style, to: console)
      return console.print("")
    }
    console.print(style.paint("  " + VisibleText.line(job.trigger.description), .faint))
    self.print(policies, style, to: console)
    for fire in fires.all {
      console.print("  \(time.text(fire))  \(Fires.weekday(of: fire, in: time.zone))")
    }
    if fires.all.isEmpty, let past = job.onlyFire, past <= now {
      let isForgotten = past < now - job.policies.retention
      console.print(
        "  \(time.text(past)) has passed; "
          + (isForgotten
            ? "that is longer ago than its retention, so it is not added" : "it fires at once where it never did"))
    } else if fires.isExhausted, !fires.all.isEmpty {
      console.print("  no further fire")
    } else if fires.all.isEmpty, self.count > 0 {
      console.print("  never fires")
    }
    console.print("")
  }

  private func print(_ policies: [(key: String, value: String)], _ style: Style, to console: Console) {
    for (key, value) in policies { console.print(style.paint("  \(key): \(VisibleText.line(value))", .faint)) }
  }
}
#endif
