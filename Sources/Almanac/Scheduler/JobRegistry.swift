import Synchronization

/// What this scheduler knows how to run: names of jobs and the code behind them.
final class JobRegistry: Sendable {
  struct Entry: Sendable {
    /// The executor for jobs of this type that name none.
    let executor: String
    /// Runs the code with the given values, which are those of the job or those of one run; answers what the code returned, encoded.
    let run: @Sendable (JobDefinition, [UInt8], JobContext) async throws -> [UInt8]?
  }

  private struct Entries {
    var current: [String: Entry] = [:]
    /// By names that types had before. A type that has such a name now goes before.
    var former: [String: Entry] = [:]
  }

  private let entries = Mutex(Entries())

  func register(_ name: String, formerNames: [String] = [], _ entry: Entry) {
    self.entries.withLock { entries in
      entries.current[name] = entry
      for name in formerNames { entries.former[name] = entry }
    }
  }

  func entry(for name: String) -> Entry? {
    self.entries.withLock { $0.current[name] ?? $0.former[name] }
  }

  var names: Set<String> {
    self.entries.withLock { Set($0.current.keys).union($0.former.keys) }
  }
}

/// The payload of a claimed run could not be read: no fault of the job's code, and no use in trying again.
struct PayloadUnreadable: Error {
  let reason: String
}
