import Metrics
import Synchronization

/// What a scheduler counts and times, under the names of ``MetricName``.
final class SchedulerMetrics: Sendable {
  private struct Key: Hashable {
    let name: MetricName
    let first: String
    let second: String
  }

  private let counters = Mutex<[Key: Counter]>([:])
  private let timers = Mutex<[Key: Metrics.Timer]>([:])
  private let gauges = Mutex<[Key: Gauge]>([:])

  // MARK: Jobs

  func count(_ report: Report, jobName: String) {
    switch report {
    case .started(_, let lateness):
      self.counter(.runsStarted, jobName).increment()
      self.timer(.runLateness, jobName).recordNanoseconds(SchedulerMetrics.nanoseconds(lateness))
    case .ended(let end):
      self.counter(.runsEnded, jobName, end.outcome.rawValue).increment()
      self.timer(.runDuration, jobName, end.outcome.rawValue)
        .recordNanoseconds(SchedulerMetrics.nanoseconds(end.duration))
    case .dropped(let fate):
      self.counter(.firesDropped, jobName, fate.reason.rawValue).increment(by: Int64(fate.count.lowerBound))
    case .zoneDataChanged:
      self.counter(.firesMoved, jobName).increment()
    default:
      break
    }
  }

  func countRefusedResult(jobName: String) {
    self.counter(.resultsRefused, jobName).increment()
  }

  // MARK: Stores

  func recordCall(_ call: MeteredStore.Call, of store: String, took duration: Duration, failed: Bool) {
    self.timer(.storeCall, store, call.rawValue).recordNanoseconds(SchedulerMetrics.nanoseconds(duration))
    if failed { self.counter(.storeErrors, store, call.rawValue).increment() }
  }

  func recordClockOffset(_ offset: Duration, store: String) {
    self.gauge(.clockOffset, store).record(Double(offset.wholeMicroseconds) / 1e6)
  }

  func recordWaitingOutcomes(_ count: Int, store: String) {
    self.gauge(.outcomesWaiting, store).record(count)
  }

  // MARK: Executors

  func recordExecutor(_ alias: String, size: Int, busy: Int) {
    self.gauge(.executorSize, alias).record(size)
    self.gauge(.executorBusy, alias).record(busy)
  }

  func countExecutorRefusal(_ alias: String) {
    self.counter(.executorRefusals, alias).increment()
  }

  // MARK: Making them

  private static func nanoseconds(_ duration: Duration) -> Int64 {
    let (product, overflow) = duration.wholeMicroseconds.multipliedReportingOverflow(by: 1_000)
    return overflow ? .max : max(product, 0)
  }

  private func counter(_ name: MetricName, _ first: String, _ second: String = "") -> Counter {
    self.counters.withLock { counters in
      let key = Key(name: name, first: first, second: second)
      if let counter = counters[key] { return counter }
      let counter = Counter(label: name.rawValue, dimensions: SchedulerMetrics.dimensions(key))
      counters[key] = counter
      return counter
    }
  }

  private func timer(_ name: MetricName, _ first: String, _ second: String = "") -> Metrics.Timer {
    self.timers.withLock { timers in
      let key = Key(name: name, first: first, second: second)
      if let timer = timers[key] { return timer }
      let timer = Metrics.Timer(label: name.rawValue, dimensions: SchedulerMetrics.dimensions(key))
      timers[key] = timer
      return timer
    }
  }

  private func gauge(_ name: MetricName, _ first: String) -> Gauge {
    self.gauges.withLock { gauges in
      let key = Key(name: name, first: first, second: "")
      if let gauge = gauges[key] { return gauge }
      let gauge = Gauge(label: name.rawValue, dimensions: SchedulerMetrics.dimensions(key))
      gauges[key] = gauge
      return gauge
    }
  }

  private static func dimensions(_ key: Key) -> [(String, String)] {
    Array(zip(key.name.dimensions, [key.first, key.second]))
  }
}
