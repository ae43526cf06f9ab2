import Almanac
import Foundation
import Logging

/// A program that embeds the scheduler: what is killed, stopped and let go on.
struct ClusterNode {
  var name: String
  var log: ClusterLog
  var lifetime: Duration
  var machine: String?

  func run(_ store: any JobStore) async throws {
    var configuration = SchedulerConfiguration(
      node: self.name, sessionLifetime: self.lifetime, drainTimeout: .seconds(20), eventBuffer: 1_000_000)
    if let machine = self.machine { configuration.host.machine = machine }
    var logger = Logger(label: self.name) { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = .notice
    let scheduler = Scheduler(
      stores: ["default": store], executors: ["default": AsyncExecutor(size: 64)], configuration: configuration,
      logger: logger)
    let log = self.log
    scheduler.register(ClusterWork.self) { work, context in try await work.run(context, log) }
    let events = scheduler.events()
    let listening = Task { await self.listen(events) }
    self.endWithInput(scheduler)
    try await scheduler.run()
    await listening.value
    await store.close()
  }

  /// Whoever started it holds the other end: where that is gone, so is the reason to go on.
  private func endWithInput(_ scheduler: Scheduler) {
    let thread = Thread {
      while !FileHandle.standardInput.availableData.isEmpty {}
      Task { await scheduler.shutdown() }
    }
    thread.start()
  }

  private func listen(_ events: AsyncStream<SchedulerEvent>) async {
    for await event in events {
      switch event.kind {
      case .resultRefused(let job, _, _, let token):
        self.log.write("refused", "\(job) \(token.incarnation) \(token.claim)")
      case .sessionOpened(let epoch, _): self.log.write("opened", "\(epoch)")
      case .sessionLost(let epoch, _): self.log.write("lost", "\(epoch)")
      case .peerLost(let session, _): self.log.write("peer", "\(session.epoch) \(session.draft.node)")
      case .eventsDropped(let count): self.log.write("missed", "\(count)")
      case .stopped: return
      default: break
      }
    }
  }
}
