// One program of a cluster under torture: see `scripts/torture cluster`. Its first argument says what it is:
//
//   fill STORE FIRES SECONDS SEED                adds jobs that fire so often in so many seconds, and lists every fire to come
//   node STORE NAME LOG LIFETIME [MACHINE]       a scheduler, until its standard input ends; LIFETIME is the session's, in milliseconds
//   left STORE                                   how many jobs are not over: none, or how many there are at least
//   history STORE                                every row of the history
//
// MACHINE is a name under which no other process looks for it by its process id, as if it ran on a host of its own.

import Almanac
import Foundation

let arguments = Array(CommandLine.arguments.dropFirst())

do {
  switch (arguments.first, arguments.count) {
  case ("fill"?, 5):
    try await ClusterPlan(
      fires: Int(arguments[2]) ?? 0, seconds: Int(arguments[3]) ?? 1, seed: UInt64(arguments[4]) ?? 1
    ).fill(ClusterStore.open(arguments[1]))
  case ("node"?, 5), ("node"?, 6):
    try await ClusterNode(
      name: arguments[2], log: ClusterLog(arguments[3]), lifetime: .milliseconds(Int(arguments[4]) ?? 5_000),
      machine: arguments.count == 6 ? arguments[5] : nil
    ).run(ClusterStore.open(arguments[1]))
  case ("left"?, 2):
    print(try await ClusterReport.left(ClusterStore.open(arguments[1])))
  case ("history"?, 2):
    try await ClusterReport.printHistory(ClusterStore.open(arguments[1]))
  default:
    ClusterStore.complain(
      "usage: almanac-cluster-fixture fill STORE FIRES SECONDS SEED | node STORE NAME LOG LIFETIME [MACHINE] | left STORE | history STORE"
    )
    exit(64)
  }
} catch {
  ClusterStore.complain("\(error)")
  exit(1)
}
