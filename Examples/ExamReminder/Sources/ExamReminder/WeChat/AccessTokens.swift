import Almanac

/// The access token: asked for once for all who need it, kept, and asked for anew before it expires.
///
/// Each process keeps its own copy. `stable_token` gives every caller the same token until shortly before it expires, so processes do not invalidate each
/// other's, and none of them has to hand a secret through the database.
actor AccessTokens {
  /// A token as WeChat gave it.
  struct Grant: Sendable {
    var token: Secret
    var lifetime: Duration
  }

  private struct Held {
    var token: Secret
    /// On the uptime of the clock.
    var staleAt: Duration
  }

  /// How long before its end a token is not used any more.
  static let margin = Duration.seconds(300)

  private let clock: any SchedulerClock
  private let fetch: @Sendable () async throws -> Grant
  private var held: Held?
  private var fetching: Task<Grant, any Error>?

  init(clock: any SchedulerClock, fetch: @escaping @Sendable () async throws -> Grant) {
    self.clock = clock
    self.fetch = fetch
  }

  /// A token that is good for a while.
  func token() async throws -> Secret {
    if let held, held.staleAt > self.clock.uptime() { return held.token }
    if let fetching { return try await fetching.value.token }
    // A task of its own: whoever asked first may be cancelled, and others wait for the same answer.
    let task = Task { try await self.fetch() }
    self.fetching = task
    defer { self.fetching = nil }
    let grant = try await task.value
    // A token with little time left is used for that time, and half of one that lives shorter than the margin.
    let life = max(grant.lifetime - Self.margin, grant.lifetime / 2)
    self.held = Held(token: grant.token, staleAt: self.clock.uptime() + life)
    return grant.token
  }

  /// Lets a token go that was refused. One that was asked for since stays.
  func drop(_ token: Secret) {
    if self.held?.token == token { self.held = nil }
  }
}
