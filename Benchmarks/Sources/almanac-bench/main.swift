import AlmanacProcesses
import Foundation

/// Every scenario by its name, in the order in which they run.
let scenarios: [(name: String, run: @Sendable () async throws -> Void)] = [
  ("next", NextScenario.run), ("add", AddScenario.run), ("memory", MemoryScenario.run), ("burst", BurstScenario.run),
  ("codec", CodecScenario.run), ("lateness", LatenessScenario.run), ("idle", IdleScenario.run),
  ("durable", DurableScenario.run), ("postgresql", ServerScenario.postgreSQL), ("mysql", ServerScenario.mySQL),
  ("blocking", BlockingScenario.run), ("processes", ProcessesScenario.run),
]

// A worker of the scenario of that name goes no further.
await WorkerProcess.serveIfAsked { ProcessesScenario.registerJobs($0) }

// So does a node of the scenario of a server.
try await ServerNode.serveIfAsked()

let names = Array(CommandLine.arguments.dropFirst())
if let unknown = names.first(where: { name in !scenarios.contains { $0.name == name } }) {
  let known = scenarios.map(\.name).joined(separator: ", ")
  FileHandle.standardError.write(Data("There is no scenario \"\(unknown)\"; there are \(known).\n".utf8))
  exit(64)
}

if names.count == 1, let scenario = scenarios.first(where: { $0.name == names[0] }) {
  try await scenario.run()
} else {
  // A process each, so that none inherits the memory or the threads of the one before.
  for scenario in scenarios where names.isEmpty || names.contains(scenario.name) {
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments = [scenario.name]
    try process.run()
    process.waitUntilExit()
    if process.terminationStatus != 0 { exit(process.terminationStatus) }
  }
}
