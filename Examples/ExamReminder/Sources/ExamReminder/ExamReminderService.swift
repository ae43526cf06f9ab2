import Almanac
import AsyncHTTPClient
import Hummingbird
import Logging
import ServiceLifecycle

/// The whole service: an HTTP server, a scheduler beside it, and what both share.
public struct ExamReminderService: Sendable {
  public let scheduler: Scheduler
  public let desk: RegistrationDesk
  private let configuration: Configuration
  private let logger: Logger

  /// - Parameters:
  ///   - configuration: what the environment says.
  ///   - messages: hands messages over.
  /// - Throws: `StoreError` where the store cannot be used.
  public init(_ configuration: Configuration, messages: any MessageService, logger: Logger) throws {
    let scheduler = Scheduler(
      stores: [SchedulerConfiguration.defaultAlias: try configuration.openStore()], executors: ReminderDesk.executors,
      configuration: SchedulerConfiguration(sessionLifetime: configuration.sessionLifetime), logger: logger)
    ReminderDesk(
      rules: configuration.rules, messages: messages, composer: MessageComposer(template: configuration.template)
    ).register(on: scheduler)
    self.scheduler = scheduler
    self.desk = RegistrationDesk(scheduler: scheduler, rules: configuration.rules)
    self.configuration = configuration
    self.logger = logger
  }

  /// The HTTP server.
  public var application: some ApplicationProtocol {
    Application(
      router: Routes(desk: self.desk).router(),
      configuration: ApplicationConfiguration(
        address: .hostname(self.configuration.host, port: self.configuration.port), serverName: "exam-reminder"),
      logger: self.logger)
  }

  /// Serves until the process is told to stop by SIGTERM or SIGINT: then it takes no more requests, and waits for the reminders that are on their way.
  public func run() async throws {
    // What the rules say may have changed since the service ran last.
    let moved = try await self.desk.replan()
    if moved > 0 { self.logger.info("reminders come at other times now", metadata: ["registrations": "\(moved)"]) }
    // Stopped in the reverse order: first the server.
    let group = ServiceGroup(
      services: [self.scheduler, self.application], gracefulShutdownSignals: [.sigterm, .sigint], logger: self.logger)
    try await group.run()
  }
}
