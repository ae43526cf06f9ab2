#if CommandLine
import Almanac

/// What the daemon says: plans, events, and what runs wrote.
struct DaemonPrinter: Sendable {
  let console: Console
  let isJSON: Bool
  private let text: EventText

  init(console: Console, isJSON: Bool, file: ConfigFile, zones: ZoneDatabase = .system) {
    self.console = console
    self.isJSON = isJSON
    let widest = file.jobs.reduce(8) { max($0, VisibleText.width(VisibleText.line($1.id.rawValue))) }
    self.text = EventText(
      time: LocalTime(zone: (try? zones.zone(file.zone)) ?? .utc), style: console.outputStyle, idWidth: min(widest, 32))
  }

  func greet(_ file: ConfigFile, _ address: StoreAddress, node: String) {
    guard !self.isJSON else { return }
    let style = self.console.outputStyle
    self.console.print(
      style.paint("almanac \(AlmanacVersion.current)", .heading)
        + "  plan \(file.name), store \(address), node \(node), times in \(file.zone)")
  }

  /// What became of the file's jobs: a line for each that is not as it was, and the sum.
  func print(_ plan: Plan) {
    if self.isJSON {
      for step in plan.steps {
        var members: [String: JSONValue] = [
          "event": "plan", "job": .string(step.id.rawValue), "action": .string(step.action.rawValue),
        ]
        if let note = step.note { members["note"] = .string(note) }
        self.console.print(JSONWriter.line(.object(members)))
      }
      return
    }
    for step in plan.steps {
      guard let (sign, tone) = DaemonPrinter.sign(step.action) else {
        if let note = step.note {
          self.console.print("  = \(VisibleText.line(step.id.rawValue))  (\(VisibleText.line(note)))")
        }
        continue
      }
      let note = step.note.map { "  (\(VisibleText.line($0)))" } ?? ""
      self.console.print(
        "  " + self.console.outputStyle.paint("\(sign) \(VisibleText.line(step.id.rawValue))", tone) + note)
    }
    self.console.print(plan.summary)
  }

  private static func sign(_ action: Plan.Action) -> (String, Tone)? {
    switch action {
    case .added: ("+", .good)
    case .changed: ("~", .warning)
    case .removed: ("-", .bad)
    case .conflict, .expired: ("!", .bad)
    case .unchanged: nil
    }
  }

  func print(_ event: SchedulerEvent) {
    if self.isJSON {
      self.console.print(JSONWriter.line(EventJSON.object(event)))
    } else if let line = self.text.line(event) {
      self.console.print(line)
    }
  }

  /// What a run wrote, where its job says that it is to be shown.
  func print(_ captured: CapturedOutput, of job: CommandJob, _ id: JobID, failed: Bool) {
    switch job.showsOutput {
    case .never: return
    case .onFailure where !failed: return
    case .onFailure, .always: break
    }
    for (name, tail) in [("stdout", captured.output), ("stderr", captured.error)] where tail.total > 0 {
      if self.isJSON {
        self.console.print(
          JSONWriter.line([
            "event": "output", "job": .string(id.rawValue), "stream": .string(name), "text": .string(tail.text),
            "droppedBytes": .integer(Int64(tail.dropped)),
          ]))
        continue
      }
      if tail.dropped > 0 { self.print("… \(tail.dropped) bytes left out", id) }
      var lines = VisibleText.lines(tail.text)
      if lines.last?.isEmpty ?? false { lines.removeLast() }
      for line in lines { self.print(line, id) }
    }
  }

  private func print(_ line: String, _ id: JobID) {
    self.console.print(self.console.outputStyle.paint("  \(VisibleText.line(id.rawValue)) | ", .faint) + line)
  }

  func complain(_ error: any Error) {
    if self.isJSON {
      self.console.print(JSONWriter.line(["event": "error", "message": .string(String(describing: error))]))
    } else {
      self.console.complain(self.console.errorStyle.paint("error:", .bad) + " \(error)")
    }
  }

  func say(_ text: String) {
    if !self.isJSON { self.console.print(text) }
  }
}
#endif
