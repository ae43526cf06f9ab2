#if Processes
import Almanac
import CAlmanacWorker
import Logging

/// What a worker does from its first line to its end.
struct WorkerService: Sendable {
  let channel: WorkerChannel

  init(_ channel: WorkerChannel) {
    self.channel = channel
  }

  /// Registers the jobs, then runs what is sent, one after the other.
  func serve(_ registering: @Sendable (JobRegistry) async throws -> Void) async -> Never {
    let registry = JobRegistry()
    var hello: ParentMessage.Hello?
    for await message in self.channel.begin() {
      switch message {
      case .hello(let said):
        hello = said
        await self.prepare(said, registry, registering)
      case .run(let order):
        if let hello { await self.run(order, hello, registry) }
      case .cancel, .leave: break
      }
    }
    // The thread that reads ends the process; the stream has no end of its own.
    WorkerProcess.give(up: "the conversation ended")
  }

  private func prepare(
    _ hello: ParentMessage.Hello, _ registry: JobRegistry,
    _ registering: @Sendable (JobRegistry) async throws -> Void
  ) async {
    guard hello.version == WireProtocol.version else {
      WorkerProcess.give(
        up: "this program is a worker of version \(WireProtocol.version), and was asked for \(hello.version)")
    }
    if let limit = hello.memoryLimit {
      let problem = almanac_worker_limit_memory(limit)
      if problem != 0 { WorkerProcess.give(up: "the memory cannot be limited: \(WorkerLoop.words(problem))") }
    }
    do {
      try await registering(registry)
    } catch {
      WorkerProcess.give(up: "the jobs could not be registered: \(error)")
    }
    self.channel.send(.ready(.init(version: WireProtocol.version, jobs: registry.names.sorted())))
  }

  private func run(_ order: ParentMessage.RunOrder, _ hello: ParentMessage.Hello, _ registry: JobRegistry) async {
    if let limit = hello.processorMicroseconds {
      // A limit that cannot be set was refused by the system for good: then the job runs without it, as on a system that has none.
      _ = almanac_worker_limit_processor(UInt64(max(limit, 1)))
    }
    let task = Task {
      await JobTracing.continued(order.request) { await self.perform(order, hello, registry) }
    }
    self.channel.follow(task, order.ticket)
    await task.value
  }

  private func perform(
    _ order: ParentMessage.RunOrder, _ hello: ParentMessage.Hello, _ registry: JobRegistry
  ) async {
    let (channel, ticket) = (self.channel, order.ticket)
    let logger = Logger(label: "almanac.run") { _ in
      ChannelLogHandler(channel, ticket, logLevel: Logger.Level(rawValue: order.logLevel) ?? .info, hello.maximumFrame)
    }
    let context = JobContext(
      order.request, logger: logger, ownership: { !channel.isTold(ticket) },
      report: { completed, total, note in
        let note = note?.shortened(toBytes: RunProgress.maximumNote)
        channel.send(.progress(.init(ticket: ticket, completed: completed, total: total, note: note)))
      })
    do throws(PayloadUnreadable) {
      let outcome = try await registry.perform(order.request, in: context) { channel.isTold(ticket) }
      channel.send(
        .finished(
          .init(ticket: ticket, ending: SentEnding(outcome.kind), hasResult: outcome.result != nil),
          result: outcome.result))
    } catch {
      channel.send(.unreadable(.init(ticket: ticket, reason: error.reason)))
    }
  }
}
#endif
