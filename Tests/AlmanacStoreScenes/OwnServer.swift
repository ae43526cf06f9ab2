import Almanac
import Foundation

/// A server that one test has to itself, because it does to it what others would suffer from.
package final class OwnServer: Sendable {
  package let directory: String
  package let address: String

  /// - Parameters:
  ///   - kind: the server's name, as `scripts/servers` knows it.
  ///   - variable: where the script leaves its address.
  package init(_ kind: String, variable: String) async throws {
    self.directory = FileManager.default.temporaryDirectory.appendingPathComponent("almanac-\(UUID().uuidString)").path
    try await OwnServer.run(["start", self.directory], kind)
    self.address = try OwnServer.address(variable, in: self.directory)
  }

  /// An address that the script has left.
  package func address(_ variable: String) throws -> String { try OwnServer.address(variable, in: self.directory) }

  private static func address(_ variable: String, in directory: String) throws -> String {
    let lines = try String(contentsOfFile: directory + "/env", encoding: .utf8).split(separator: "\n")
    let prefix = "export \(variable)='"
    guard let line = lines.first(where: { $0.hasPrefix(prefix) }) else { throw ServerIsMissing(variable) }
    return String(line.dropFirst(prefix.count).dropLast())
  }

  /// Has the script do something else to it.
  package func perform(_ command: String) async throws {
    try await OwnServer.run([command, self.directory])
  }

  /// Ends it as the loss of power would, and starts it again.
  package func crash() async throws {
    try await OwnServer.run(["crash", self.directory])
  }

  package func stop() async throws {
    try await OwnServer.run(["stop", self.directory])
    try FileManager.default.removeItem(atPath: self.directory)
  }

  private static func run(_ arguments: [String], _ kind: String? = nil) async throws {
    let script = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("scripts/servers")
    let process = Process()
    process.executableURL = script
    process.arguments = arguments
    if let kind {
      process.environment = ProcessInfo.processInfo.environment.merging(["SERVERS": kind]) { _, new in new }
    }
    let status: Int32 = try await withCheckedThrowingContinuation { continuation in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    if status != 0 { throw ServerIsMissing("scripts/servers \(arguments.joined(separator: " "))") }
  }
}

package struct ServerIsMissing: Error, CustomStringConvertible {
  private let what: String

  /// - Parameter what: the variable that names no server, or the command that failed.
  package init(_ what: String) { self.what = what }

  package var description: String {
    "\(self.what): there is no server; run `scripts/servers start DIR` and `. DIR/env`, or give the address of one"
  }
}

/// Between two looks at a fact that a server does not announce.
package func pause(_ duration: Duration) async {
  await withCheckedContinuation { continuation in
    _ = SystemClock().timer(after: duration) { continuation.resume() }
  }
}

/// Repeats what failed for the moment, as a scheduler does.
package func again<Answer: Sendable>(_ call: () async throws -> Answer) async throws -> Answer {
  for _ in 0..<200 {
    do {
      return try await call()
    } catch let error as StoreError where error.isTransient {
      await pause(.milliseconds(50))
    }
  }
  return try await call()
}

/// Claims, with a session for each client, all that is due of one lane, and answers what was begun.
package func claimAll(_ stores: [any JobStore], at seconds: Int64) async throws -> [JobID] {
  let demand = Demand(jobNames: ["job"], slots: [Lane.defaultExecutor: 1])
  return try await withThrowingTaskGroup(of: [JobID].self) { group in
    for store in stores {
      group.addTask {
        let session = try await store.openSession(draft())
        var begun: [JobID] = []
        while try await store.earliestWake(demand).map({ $0 <= start + .seconds(seconds) }) ?? false {
          begun += try await store.claim(100, at: seconds, as: session.epoch)
        }
        return begun
      }
    }
    return try await group.reduce(into: []) { $0 += $1 }
  }
}

/// Adds and claims a thousand jobs while connections are ended, one blow for each call, at whatever moment of it. Answers the records.
package func addAndClaim(
  in store: any JobStore, under strike: @escaping @Sendable () async throws -> Void
) async throws -> [JobRecord] {
  try await store.prepare()
  let session = try await store.openSession(draft())
  for round in 0..<20 {
    let records = (0..<50).map { oneShot(JobID("job-\(round)-\($0)")) }
    async let blow: Void = strike()
    _ = try await again { try await store.insert(records) { _, _ in .refuse(.kept) } }
    try await blow
  }
  var claimed = 0
  while claimed < 1_000 {
    async let blow: Void = strike()
    _ = try await again { try await store.claim(100, at: 5, as: session.epoch) }
    try await blow
    claimed = try await again { try await store.records(ownedBy: session.epoch, limit: 2_000) }.count
  }
  return try await again { try await store.query(JobQuery(statuses: nil, limit: 1_000)) }.records
}
