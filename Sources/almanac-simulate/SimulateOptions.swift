/// What the command line says.
struct SimulateOptions {
  var seeds: UInt64 = 100
  var from: UInt64 = 1
  var steps = 300
  var traces = false
  var twice = false
  var all = false

  struct Problem: Error, CustomStringConvertible {
    var description: String
  }

  init(_ arguments: some Sequence<String>) throws {
    var rest = Array(arguments)
    while !rest.isEmpty {
      let name = rest.removeFirst()
      switch name {
      case "--trace": self.traces = true
      case "--twice": self.twice = true
      case "--all": self.all = true
      case "--seeds", "--from", "--steps":
        guard !rest.isEmpty, let number = UInt32(rest.removeFirst()) else {
          throw Problem(description: "\(name) needs a number from 0 to \(UInt32.max)")
        }
        if name == "--seeds" { self.seeds = max(UInt64(number), 1) }
        if name == "--from" { self.from = UInt64(number) }
        if name == "--steps" { self.steps = Int(number) }
      default: throw Problem(description: "unknown argument \(name)")
      }
    }
    if self.traces, self.seeds != 1 { throw Problem(description: "--trace is for one seed: --seeds 1 --from S") }
  }
}
