// One of several servers on one PostgreSQL database. Start it twice, in two terminals, and kill one of them with kill -9: the other one takes over.
//
//   swift run cluster north postgresql://localhost/almanac
//   swift run cluster south postgresql://localhost/almanac
import Almanac
import AlmanacPostgreSQL
import Foundation
import Logging
import ServiceLifecycle

/// Work that takes its time, so that there is something to kill.
struct Delivery: Job {
  static let jobName = "delivery"
  var parcel: Int

  func run(in context: JobContext) async throws {
    let node = CommandLine.arguments[1]
    print("\(node) takes parcel \(self.parcel), attempt \(context.attempt)")
    try await Task.sleep(for: .seconds(3))
    print("\(node) has delivered parcel \(self.parcel)")
  }
}

guard CommandLine.arguments.count == 3 else {
  print("usage: cluster NODE postgresql://…")
  exit(64)
}
let scheduler = Scheduler(
  store: try PostgreSQLStore(url: CommandLine.arguments[2]),
  configuration: SchedulerConfiguration(node: CommandLine.arguments[1], sessionLifetime: .seconds(5)))
scheduler.register(Delivery.self)

// Both say the same; each parcel is there once, and is delivered by one of them.
for parcel in 1...20 {
  try await scheduler.add(
    Delivery(parcel: parcel), trigger: .at(try await scheduler.now() + .seconds(parcel)), id: "parcel-\(parcel)",
    onConflict: .keep)
}

let group = ServiceGroup(
  services: [scheduler], gracefulShutdownSignals: [.sigint, .sigterm], logger: Logger(label: CommandLine.arguments[1]))
try await group.run()
