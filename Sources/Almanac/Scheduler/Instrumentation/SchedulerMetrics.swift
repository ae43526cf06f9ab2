import Metrics
import Synchronization

/// The names of the metrics, in one place.
///
/// | metric | kind | dimensions |
/// |---|---|---|
/// | `almanac.runs.started` | counter | job |
/// | `almanac.runs.ended` | counter | job, outcome |
/// | `almanac.run.duration` | timer | job, outcome |
/// | `almanac.run.lateness` | timer | job |
/// | `almanac.fires.dropped` | counter | job, reason |
/// | `almanac.results.refused` | counter | job |
///
/// Dimensions are names of job types and words of ours, never ids: their number is bounded by the program.
final class SchedulerMetrics: Sendable {
  private struct Key: Hashable {
    let name: String
    let job: String
    let word: String
  }

  private let counters = Mutex<[Key: Counter]>([:])
  private let timers = Mutex<[Key: Metrics.Timer]>([:])

  func count(_ report: Report, jobName: String) {
    switch report {
    case .started(_, let lateness):
      self.counter("almanac.runs.started", jobName).increment()
      self.timer("almanac.run.lateness", jobName).recordNanoseconds(SchedulerMetrics.nanoseconds(lateness))
    case .ended(let end):
      self.counter("almanac.runs.ended", jobName, "outcome", end.outcome.rawValue).increment()
      self.timer("almanac.run.duration", jobName, "outcome", end.outcome.rawValue)
        .recordNanoseconds(SchedulerMetrics.nanoseconds(end.duration))
    case .dropped(let fate):
      self.counter("almanac.fires.dropped", jobName, "reason", fate.reason.rawValue)
        .increment(by: Int64(fate.count.lowerBound))
    default:
      break
    }
  }

  func countRefusedResult(jobName: String) {
    self.counter("almanac.results.refused", jobName).increment()
  }

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (product, overflow) = duration.wholeMicroseconds.multipliedReportingOverflow(by: 1_000)
    return overflow ? .max : max(product, 0)
  }

  private func counter(_ name: String, _ job: String, _ dimension: String = "", _ word: String = "") -> Counter {
    self.counters.withLock { counters in
      let key = Key(name: name, job: job, word: word)
      if let counter = counters[key] { return counter }
      let counter = Counter(label: name, dimensions: SchedulerMetrics.dimensions(job, dimension, word))
      counters[key] = counter
      return counter
    }
  }

  private func timer(_ name: String, _ job: String, _ dimension: String = "", _ word: String = "") -> Metrics.Timer {
    self.timers.withLock { timers in
      let key = Key(name: name, job: job, word: word)
      if let timer = timers[key] { return timer }
      let timer = Metrics.Timer(label: name, dimensions: SchedulerMetrics.dimensions(job, dimension, word))
      timers[key] = timer
      return timer
    }
  }

  private static func dimensions(_ job: String, _ dimension: String, _ word: String) -> [(String, String)] {
    dimension.isEmpty ? [("job", job)] : [("job", job), (dimension, word)]
  }
}
