#if CommandLine
import Almanac
import Logging
import ServiceLifecycle
import UnixSignals

/// A scheduler that runs the jobs of a configuration file until it is told to stop.
struct Daemon: Sendable {
  let path: String
  let file: ConfigFile
  let address: StoreAddress
  let node: String?
  let queues: Set<String>?
  let printer: DaemonPrinter
  let logger: Logger

  func run() async throws {
    // Caught from here on: without it the default of SIGHUP, which is to die, would hold while the store is opened.
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    let store = try self.address.open(creating: true)
    let scheduler = self.scheduler(on: store)
    self.printer.greet(self.file, self.address, node: scheduler.configuration.node)
    let events = scheduler.events()
    do {
      let application = PlanApplication(scheduler: scheduler, file: self.file)
      let plan = try await application.apply(now: store.now().now)
      self.printer.print(plan)
      try await application.runStartJobs(of: plan)
      try await self.serve(scheduler, events, hangups)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
  }

  private func serve(
    _ scheduler: Scheduler, _ events: AsyncStream<SchedulerEvent>, _ hangups: UnixSignalsSequence
  ) async throws {
    let printer = self.printer
    // Not one of the services: it has to tell of the end, too.
    let telling = Task {
      for await event in events {
        printer.print(event)
        if case .stopped = event.kind { return }
      }
    }
    let reload = ReloadService(
      path: self.path, scheduler: scheduler, printer: printer, first: self.file, hangups: hangups)
    let group = ServiceGroup(
      configuration: ServiceGroupConfiguration(
        services: [
          .init(service: reload, successTerminationBehavior: .ignore),
          .init(service: scheduler, successTerminationBehavior: .gracefullyShutdownGroup),
        ],
        gracefulShutdownSignals: [.sigterm, .sigint], cancellationSignals: [.sigquit], logger: self.logger))
    do {
      try await group.run()
    } catch is CancellationError {
      // SIGQUIT: it was told not to wait.
    } catch {
      telling.cancel()
      throw error
    }
    await telling.value
  }

  private func scheduler(on store: any JobStore) -> Scheduler {
    var configuration = SchedulerConfiguration(node: self.node, queues: self.queues)
    if let timeout = self.file.drainTimeout { configuration.drainTimeout = timeout }
    let scheduler = Scheduler(
      stores: [SchedulerConfiguration.defaultAlias: store],
      executors: self.file.executors.mapValues { AsyncExecutor(size: $0) }, configuration: configuration,
      logger: self.logger)
    let printer = self.printer
    scheduler.register(CommandJob.self) { job, context in
      let runner = CommandRunner { captured, error in
        printer.print(captured, of: job, context.jobID, failed: error != nil)
      }
      try await runner.run(job, variables: Daemon.variables(of: context))
    }
    scheduler.register(HTTPJob.self) { job, context in
      try await HTTPRunner().run(job, headers: Daemon.headers(of: context))
    }
    return scheduler
  }

  /// What a command is told of its run.
  private static func variables(of context: JobContext) -> [String: String] {
    [
      "ALMANAC_JOB_ID": context.jobID.rawValue, "ALMANAC_FIRE_TIME": Instant(context.fireTime).rfc3339(),
      "ALMANAC_ATTEMPT": String(context.attempt), "ALMANAC_TOKEN": context.token.description,
    ]
  }

  /// What a called service is told of the run: the token lets it refuse a run that lost its claim.
  private static func headers(of context: JobContext) -> [String: String] {
    [
      "Almanac-Fire-Time": Instant(context.fireTime).rfc3339(), "Almanac-Attempt": String(context.attempt),
      "Almanac-Token": context.token.description,
    ]
  }
}

/// Applies the configuration file again at each SIGHUP.
private struct ReloadService: Service {
  let path: String
  let scheduler: Scheduler
  let printer: DaemonPrinter
  let first: ConfigFile
  let hangups: UnixSignalsSequence

  func run() async throws {
    for await _ in self.hangups.cancelOnGracefulShutdown() {
      do {
        let file = try self.read()
        do {
          try await self.apply(file)
        } catch {
          self.printer.complain(error)
          self.printer.say("\(self.path) was applied in part; SIGHUP does the rest")
        }
      } catch {
        self.printer.complain(error)
        self.printer.say("\(self.path) was not applied; everything stays as it was")
      }
    }
  }

  private func read() throws -> ConfigFile {
    let file = try ConfigLoading.read(self.path)
    guard file.name == self.first.name else {
      // Under another name the jobs of before would belong to nobody.
      throw CommandFailure(
        .dataError, "the plan was \"\(self.first.name)\" and is now \"\(file.name)\"; a changed name takes a restart")
    }
    return file
  }

  private func apply(_ file: ConfigFile) async throws {
    for (alias, size) in file.executors.sorted(by: { $0.key < $1.key }) where self.first.executors[alias] != size {
      if self.scheduler.executorAliases.contains(alias) {
        self.printer.say("executor \(alias): a changed size takes a restart")
      } else {
        try await self.scheduler.addExecutor(AsyncExecutor(size: size), as: alias)
      }
    }
    self.printer.say("applying \(self.path) again")
    self.printer.print(try await PlanApplication(scheduler: self.scheduler, file: file).apply(now: SystemClock().now()))
  }
}
#endif
