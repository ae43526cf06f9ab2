import Synchronization

/// What this scheduler knows how to run: names of jobs and the code behind them.
final class JobRegistry: Sendable {
  struct Entry: Sendable {
    /// The executor for jobs of this type that name none.
    let executor: String
    let run: @Sendable (JobDefinition, JobContext) async throws -> Void
  }

  private let entries = Mutex<[String: Entry]>([:])

  func register(_ name: String, _ entry: Entry) {
    self.entries.withLock { $0[name] = entry }
  }

  func entry(for name: String) -> Entry? {
    self.entries.withLock { $0[name] }
  }

  var names: Set<String> {
    self.entries.withLock { Set($0.keys) }
  }
}

/// The payload of a claimed run could not be read: no fault of the job's code, and no use in trying again.
struct PayloadUnreadable: Error {
  let reason: String
}
