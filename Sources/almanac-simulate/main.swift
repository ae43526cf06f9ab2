import AlmanacTesting
import Synchronization

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

let usage = """
  usage: almanac-simulate [--seeds N] [--from S] [--steps M] [--trace] [--twice] [--all]

    --seeds N   how many seeds to run (100)
    --from S    the first of them (1)
    --steps M   how many moments of each are checked at the least (300)
    --trace     tells everything that happens; for one seed
    --twice     runs each seed a second time and compares
    --all       goes on after a seed that fails
  """

// Sets and dictionaries are walked in the same order in every run only if the process began so.
if getenv("SWIFT_DETERMINISTIC_HASHING") == nil {
  setenv("SWIFT_DETERMINISTIC_HASHING", "1", 1)
  var arguments = CommandLine.arguments.map { strdup($0) } + [nil]
  execvp(CommandLine.arguments[0], &arguments)
  print("this program could not start itself again; set SWIFT_DETERMINISTIC_HASHING=1")
  exit(2)
}

do {
  let options = try SimulateOptions(CommandLine.arguments.dropFirst())
  exit(await SimulateReport(options).run())
} catch {
  print("\(error)\n\(usage)")
  exit(2)
}
