// What the tests of worker processes start. Its first argument says what it is:
//
//   (none)                  a worker, by its environment
//   unserved                a program whose main forgot to let it be a worker
//   parent SIZE FILE        a parent with workers, each with a run and a process of its own, which are noted in the file
//   torture RUNS SEED       runs in workers that are killed at random, and the audit of them

#if Processes
import Almanac
import AlmanacProcesses
import AlmanacTesting
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())

switch arguments.first {
case "unserved":
  try await ProcessExecutor(size: 1).start()
case "silent":
  // Neither serves nor starts anything.
  while true { sleep(1) }
case "quits":
  FileHandle.standardError.write(Data("out of paper\n".utf8))
  exit(9)
case "refuses":
  await WorkerProcess.serveIfAsked { _ in throw Disappointed() }
default:
  await WorkerProcess.serveIfAsked { jobs in
    ExecutorLawJobs.carryTraces()
    ExecutorLawJobs.register(jobs)
    Deeds.register(jobs)
  }
  switch arguments.first {
  case "parent" where arguments.count == 3:
    try await Parent.run(Int(arguments[1]) ?? 1, path: arguments[2])
  case "torture":
    let runs = arguments.count > 1 ? Int(arguments[1]) ?? 0 : 0
    let seed = arguments.count > 2 ? UInt64(arguments[2]) ?? 1 : 1
    exit(try await Torture(runs: runs, seed: seed).run() ? 0 : 1)
  default:
    FileHandle.standardError.write(Data("usage: almanac-worker-fixture parent SIZE FILE | torture RUNS SEED\n".utf8))
    exit(64)
  }
}
#endif
