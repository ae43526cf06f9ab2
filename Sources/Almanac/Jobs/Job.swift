/// The values of a job: what is stored with it and handed to the code that runs it.
///
/// Conform a type to `Job` where its code needs nothing but its own values, and to `JobPayload` where a handler that is
/// registered with the scheduler does the work, so that it can capture live services such as an HTTP client:
///
/// ```swift
/// struct SendReminder: JobPayload {
///   static let jobName = "send-reminder"
///   var openID: String
/// }
///
/// scheduler.register(SendReminder.self) { reminder, context in
///   try await client.send(to: reminder.openID)
/// }
/// ```
public protocol JobPayload: Codable, Sendable {
  /// The name under which jobs of this type are stored.
  ///
  /// The default is the name of the type. Give a name of your own before you rename a type, or list the old one in ``formerNames``: stored
  /// jobs are found again by these names alone.
  static var jobName: String { get }

  /// The version of the payload's fields, stored with each job; 1 unless you say otherwise.
  static var payloadVersion: Int { get }

  /// Names that the type had before, under which jobs of it may still be stored; none unless you say otherwise.
  static var formerNames: [String] { get }
}

extension JobPayload {
  public static var jobName: String { String(describing: Self.self) }
  public static var payloadVersion: Int { 1 }
  public static var formerNames: [String] { [] }
}

/// A payload that knows how to run itself.
///
/// ```swift
/// struct Cleanup: Job {
///   func run(in context: JobContext) async throws {
///     context.logger.info("cleaning")
///   }
/// }
/// ```
public protocol Job: JobPayload {
  /// Does the work of one run.
  ///
  /// Returning is success; throwing is a failure that the job's ``RetryPolicy`` answers. A run is cancelled through
  /// `Task.isCancelled`; a run that ends by throwing `CancellationError` after it was cancelled is recorded as cancelled.
  func run(in context: JobContext) async throws
}
