#if Processes
import Almanac

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// What is told of a worker that died: how, why as far as that is known, and what it wrote last.
struct DeathWords: Hashable, Sendable {
  var process: Int32?
  var end: WorkerEnd
  /// Why we killed it, if we did.
  var reason: WorkerPool.KillReason?
  var lastLines: [String]

  func text(_ configuration: WorkerConfiguration) -> String {
    let name = self.process.map { "worker process \($0)" } ?? "worker process"
    let lines = self.lastLines.isEmpty ? "" : "; it wrote last:\n" + self.lastLines.joined(separator: "\n")
    return "\(name) \(self.headline(configuration))\(lines)"
  }

  private func headline(_ configuration: WorkerConfiguration) -> String {
    switch self.reason {
    case .notReady where self.end == .signaled(SIGKILL):
      return "was killed: its jobs were not registered within \(configuration.startTimeout)"
    case .runDidNotStop where self.end == .signaled(SIGKILL):
      return "was killed: its run was told to stop and did not within \(configuration.cancelGrace)"
    case .didNotLeave where self.end == .signaled(SIGKILL):
      return "was killed: it was told to leave and did not within \(configuration.cancelGrace)"
    case .poolStopped where self.end == .signaled(SIGKILL):
      return "was killed: the executor stopped"
    case .breach(let reason):
      return "was killed: it sent \(reason)"
    case .notReady, .runDidNotStop, .didNotLeave, .poolStopped, .hungUp, nil:
      break
    }
    switch self.end {
    case .exited(let status): return "ended with exit status \(status)"
    case .notBegun(let problem): return "could not be begun: \(problem)"
    case .signaled(let number):
      let hint = self.hint(number, configuration).map { ", \($0)" } ?? ""
      return "was ended by signal \(number) (\(SignalName.name(of: number)))\(hint)"
    }
  }

  /// What a signal most likely means.
  private func hint(_ number: Int32, _ configuration: WorkerConfiguration) -> String? {
    switch number {
    case SIGXCPU:
      return configuration.processorTime.map { "its run used more processor time than \($0)" }
    case SIGKILL:
      return "not by us; so does the kernel where memory runs out"
    case SIGILL, SIGTRAP, SIGABRT, SIGSEGV, SIGBUS:
      guard let limit = configuration.memoryLimit else { return nil }
      let isTold = self.lastLines.contains { line in
        ["allocat", "memory", "bad_alloc"].contains { line.lowercased().contains($0) }
      }
      return isTold
        ? "most likely at its memory limit of \(limit) bytes" : "perhaps at its memory limit of \(limit) bytes"
    default: return nil
    }
  }
}
#endif
