import Almanac

/// A job that calls a URL: what a configuration file's `http:` becomes in the store.
public struct HTTPJob: JobPayload, Hashable {
  public static let jobName = "almanac.http"

  public var url: String
  public var method: String
  public var headers: [String: String]
  public var body: String?
  /// The statuses that count as success, as closed ranges.
  public var expectedStatus: [StatusRange]
  /// How long the whole exchange may take, in microseconds.
  public var timeoutMicroseconds: Int64

  public init(
    url: String, method: String = "GET", headers: [String: String] = [:], body: String? = nil,
    expectedStatus: [StatusRange] = HTTPJob.defaultExpectedStatus, timeout: Duration = HTTPJob.defaultTimeout
  ) {
    self.url = url
    self.method = method
    self.headers = headers
    self.body = body
    self.expectedStatus = expectedStatus
    self.timeoutMicroseconds = timeout.wholeMicroseconds
  }

  public static let defaultExpectedStatus = [StatusRange(first: 200, last: 299)]
  public static let defaultTimeout: Duration = .seconds(30)

  public var timeout: Duration { .microseconds(self.timeoutMicroseconds) }
}

/// HTTP statuses from one to another, both included.
public struct StatusRange: Codable, Hashable, Sendable, CustomStringConvertible {
  public var first: Int
  public var last: Int

  public init(first: Int, last: Int) {
    self.first = first
    self.last = last
  }

  func contains(_ status: Int) -> Bool { (self.first...max(self.first, self.last)).contains(status) }

  public var description: String { self.first == self.last ? "\(self.first)" : "\(self.first)-\(self.last)" }

  /// Reads `200` or `200-299`; nil for any other text.
  init?(_ text: String) {
    let parts = text.split(separator: "-", omittingEmptySubsequences: false).map { Int($0.trimmed) }
    guard let first = parts.first ?? nil, let last = parts.last ?? nil, parts.count <= 2, first >= 100, last <= 599,
      first <= last
    else { return nil }
    self.init(first: first, last: last)
  }
}
