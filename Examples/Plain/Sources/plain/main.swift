// A program with a scheduler in it: stop it with Ctrl-C, start it again, and it goes on where it was.
//
//   swift run plain
import Almanac
import AlmanacSQLite
import Greetings
import Logging
import ServiceLifecycle

let scheduler = Scheduler(store: try SQLiteStore(path: "plain.sqlite"))
scheduler.register(Greeting.self)

// Every five seconds; said at each start, which changes nothing.
try await scheduler.add(
  Greeting(name: "world"), trigger: .every(.seconds(5)), id: "world", onConflict: .replace)

// Once, however often the program is started: the job that ran is remembered.
try await scheduler.add(
  Greeting(name: "new friend"), trigger: .at(try await scheduler.now() + .seconds(2)), id: "first", onConflict: .keep)

for job in try await scheduler.jobs().jobs {
  print("\(job.id) is \(job.status.rawValue), and fires next at \(job.nextFireTime?.description ?? "no time")")
}

let group = ServiceGroup(
  services: [scheduler], gracefulShutdownSignals: [.sigint, .sigterm], logger: Logger(label: "plain"))
try await group.run()
