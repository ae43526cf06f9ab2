#if CommandLine
import Almanac
import Foundation
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Why a call did not succeed. Its text is what the job's history keeps; it names no query and no credentials of the URL.
struct HTTPFailed: NamedFailure, Hashable, CustomStringConvertible {
  enum Reason: Hashable, Sendable {
    case status(Int, expected: [StatusRange])
    case timedOut(Duration)
    case unreachable(String)
    case badURL(String)
  }

  var reason: Reason
  /// The beginning of the answer's body, on one line.
  var excerpt: String?

  /// What `retry` calls it in a configuration file; see ``FailureName``.
  var failureName: String {
    switch self.reason {
    case .status(let status, _): FailureName.status(status)
    case .timedOut: RetryPolicy.timeout
    case .unreachable, .badURL: FailureName.unreachable
    }
  }

  var description: String {
    let text =
      switch self.reason {
      case .status(let status, let expected):
        "answered \(status), expected \(expected.map(\.description).joined(separator: ", "))"
      case .timedOut(let timeout): "no complete answer within \(DurationText.exact(timeout))"
      case .unreachable(let reason): "no answer: \(reason)"
      case .badURL(let url): "\"\(url)\" is no URL of http or https"
      }
    guard let excerpt, !excerpt.isEmpty else { return text }
    return text + "\n" + excerpt
  }
}

/// Calls URLs. Redirects are followed; bodies are read to their end, and only their beginning is kept.
struct HTTPRunner: Sendable {
  /// Makes the call.
  ///
  /// - Returns: the status.
  /// - Throws: ``HTTPFailed``; `CancellationError` where the call was cancelled.
  @discardableResult
  func run(_ job: HTTPJob, headers extra: [String: String] = [:]) async throws -> Int {
    guard let url = URL(string: job.url), let scheme = url.scheme?.lowercased(), scheme == "http" || scheme == "https",
      url.host != nil
    else { throw HTTPFailed(reason: .badURL(VisibleText.line(job.url)), excerpt: nil) }
    var request = URLRequest(url: url)
    request.httpMethod = job.method
    request.httpBody = job.body.map { Data($0.utf8) }
    request.setValue("almanac", forHTTPHeaderField: "User-Agent")
    for (name, value) in extra.merging(job.headers, uniquingKeysWith: { _, own in own }) {
      request.setValue(value, forHTTPHeaderField: name)
    }
    // The library's own limit counts idle time only; the whole exchange is limited below.
    request.timeoutInterval = max(Double(job.timeoutMicroseconds) / 1_000_000, 1) + 1
    let answer = try await self.exchange(request, timeout: job.timeout)
    guard job.expectedStatus.contains(where: { $0.contains(answer.status) }) else {
      throw HTTPFailed(
        reason: .status(answer.status, expected: job.expectedStatus), excerpt: answer.excerpt)
    }
    return answer.status
  }

  private func exchange(_ request: URLRequest, timeout: Duration) async throws -> HTTPAnswer {
    let exchange = HTTPExchange(request, timeout: timeout)
    let timer = Task {
      try await Task.sleep(for: timeout)
      exchange.end(.failure(HTTPFailed(reason: .timedOut(timeout), excerpt: nil)))
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      try await exchange.answer()
    } onCancel: {
      exchange.end(.failure(CancellationError()))
    }
  }
}

/// What came back.
struct HTTPAnswer: Hashable, Sendable {
  var status: Int
  var excerpt: String
}

/// One request on its way. The first end counts: the answer, an error, the timeout, or being cancelled.
private final class HTTPExchange: NSObject, URLSessionDataDelegate, Sendable {
  private typealias Call = (session: URLSession, task: URLSessionTask)

  private struct State {
    var continuation: CheckedContinuation<HTTPAnswer, any Error>?
    var ended: Result<HTTPAnswer, any Error>?
    var call: Call?
    var status: Int?
    var body: [UInt8] = []
  }

  private let request: URLRequest
  private let timeout: Duration
  private let state = Mutex(State())

  /// The most bytes of an answer's body that are kept.
  private static let bodyLimit = 1_024

  /// Without a cache. There is nothing to keep; and where there is one, the library looks into it before it has a place for the call, so that a
  /// call that is cancelled just then is looked for in vain, for which it traps.
  private static var configuration: URLSessionConfiguration {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.urlCache = nil
    configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
    return configuration
  }

  init(_ request: URLRequest, timeout: Duration) {
    self.request = request
    self.timeout = timeout
  }

  func answer() async throws -> HTTPAnswer {
    try await withCheckedThrowingContinuation { continuation in
      let ended = self.state.withLock { state -> Result<HTTPAnswer, any Error>? in
        if state.ended == nil { state.continuation = continuation }
        return state.ended
      }
      if let ended { return continuation.resume(with: ended) }
      // A session of its own for each call: nothing, cookies among it, is carried from one job's run to another's.
      let session = URLSession(configuration: HTTPExchange.configuration, delegate: self, delegateQueue: nil)
      let task = session.dataTask(with: self.request)
      let isLate = self.state.withLock { state -> Bool in
        guard state.ended == nil else { return true }
        state.call = (session, task)
        return false
      }
      if isLate { HTTPExchange.abandon((session, task)) } else { task.resume() }
    }
  }

  /// - Parameter isOver: the library said itself that the call has come to its end. To cancel it then would be to cancel what it has forgotten, for
  ///   which it traps.
  func end(_ result: Result<HTTPAnswer, any Error>, isOver: Bool = false) {
    let (continuation, call) = self.state.withLock { state in
      guard state.ended == nil else { return (nil, nil) as (CheckedContinuation<HTTPAnswer, any Error>?, Call?) }
      state.ended = result
      defer {
        state.continuation = nil
        state.call = nil
      }
      return (state.continuation, state.call)
    }
    if let call { if isOver { call.session.finishTasksAndInvalidate() } else { HTTPExchange.abandon(call) } }
    continuation?.resume(with: result)
  }

  /// Cancels the one task by itself: `invalidateAndCancel()` goes through the list of a session's tasks while the library takes them from it.
  private static func abandon(_ call: Call) {
    call.task.cancel()
    call.session.finishTasksAndInvalidate()
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    self.state.withLock { $0.status = (response as? HTTPURLResponse)?.statusCode }
    completionHandler(.allow)
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    self.state.withLock { state in
      state.body.append(contentsOf: data.prefix(max(HTTPExchange.bodyLimit - state.body.count, 0)))
    }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    if let error {
      // The library's own limit lies above ours; on a machine that is busy enough it may be noticed first.
      if (error as? URLError)?.code == .timedOut {
        return self.end(.failure(HTTPFailed(reason: .timedOut(self.timeout), excerpt: nil)), isOver: true)
      }
      let reason = VisibleText.line((error as NSError).localizedDescription)
      return self.end(.failure(HTTPFailed(reason: .unreachable(reason), excerpt: nil)), isOver: true)
    }
    let (status, body) = self.state.withLock { ($0.status, $0.body) }
    guard let status = status ?? (task.response as? HTTPURLResponse)?.statusCode else {
      return self.end(
        .failure(HTTPFailed(reason: .unreachable("the answer has no status"), excerpt: nil)), isOver: true)
    }
    let excerpt = VisibleText.truncated(VisibleText.line(String(decoding: body, as: UTF8.self)).trimmed, to: 400)
    self.end(.success(HTTPAnswer(status: status, excerpt: excerpt)), isOver: true)
  }
}
#endif
