#if CommandLine
import Almanac
import Foundation
import Synchronization
import Testing

@testable import AlmanacCommands

/// An HTTP server of the smallest kind: it reads a request's head and answers what it is told to, or nothing.
final class TinyServer: Sendable {
  let port: UInt16
  private let listener: Int32
  private let requests = AsyncStream.makeStream(of: String.self)

  /// - Parameter answer: the whole answer to a request's first line; nil to keep the caller waiting.
  init(answer: @escaping @Sendable (String) -> String?) throws {
    #if canImport(Darwin)
    let kind = SOCK_STREAM
    #else
    let kind = Int32(SOCK_STREAM.rawValue)
    #endif
    let listener = socket(AF_INET, kind, 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let status = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(listener, $0, length) | listen(listener, 16) | getsockname(listener, $0, &length)
      }
    }
    guard listener >= 0, status == 0 else { throw CommandFailure(.failure, "no socket") }
    self.listener = listener
    self.port = UInt16(bigEndian: address.sin_port)
    let continuation = self.requests.continuation
    Thread.detachNewThread {
      while true {
        let connection = accept(listener, nil, nil)
        guard connection >= 0 else { return continuation.finish() }
        var head: [UInt8] = []
        while !String(decoding: head, as: UTF8.self).contains("\r\n\r\n"),
          let more = StandardStream.read(4_096, from: connection)
        {
          head += more
        }
        let text = String(decoding: head, as: UTF8.self)
        continuation.yield(text)
        // A caller who is kept waiting holds the connection; it ends with the process.
        guard let reply = answer(String(text.prefix { $0 != "\r\n" })) else { continue }
        Array(reply.utf8).withUnsafeBytes { _ = StandardStream.write($0, to: connection) }
        close(connection)
      }
    }
  }

  func url(_ path: String) -> String { "http://127.0.0.1:\(self.port)\(path)" }

  /// The next request that came.
  func request() async -> String? {
    for await request in self.requests.stream { return request }
    return nil
  }

  func stop() {
    shutdown(self.listener, Int32(SHUT_RDWR))
    close(self.listener)
  }

  static func answer(_ status: String, _ body: String = "", headers: String = "") -> String {
    "HTTP/1.1 \(status)\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\(headers)\r\n\(body)"
  }
}

@Suite("A call succeeds by its status, and says why where it does not", .timeLimit(.minutes(2)))
struct HTTPRunnerTests {
  @Test("an expected status is success")
  func success() async throws {
    let server = try TinyServer { _ in TinyServer.answer("204 No Content") }
    defer { server.stop() }
    #expect(try await HTTPRunner().run(HTTPJob(url: server.url("/ping"))) == 204)
  }

  @Test("method, headers and body are sent, with those of the run")
  func sent() async throws {
    let server = try TinyServer { _ in TinyServer.answer("200 OK") }
    defer { server.stop() }
    let job = HTTPJob(
      url: server.url("/x?y=1"), method: "PUT", headers: ["X-Own": "a", "X-Both": "job"], body: "hello")
    try await HTTPRunner().run(job, headers: ["Almanac-Attempt": "2", "X-Both": "run"])
    let request = await server.request() ?? ""
    #expect(request.hasPrefix("PUT /x?y=1 HTTP/1.1\r\n"))
    let head = request.lowercased()
    #expect(head.contains("x-own: a\r\n"))
    #expect(head.contains("x-both: job\r\n"))
    #expect(head.contains("almanac-attempt: 2\r\n"))
    #expect(head.contains("content-length: 5\r\n"))
  }

  @Test("another status is a failure with the beginning of the answer")
  func failure() async throws {
    let server = try TinyServer { _ in
      TinyServer.answer("503 Service Unavailable", "down\nfor maintenance" + String(repeating: ".", count: 100_000))
    }
    defer { server.stop() }
    do {
      try await HTTPRunner().run(HTTPJob(url: server.url("/")))
      Issue.record("it succeeded")
    } catch let error as HTTPFailed {
      #expect(error.reason == .status(503, expected: HTTPJob.defaultExpectedStatus))
      #expect(error.description.hasPrefix("answered 503, expected 200-299\ndown for maintenance...."))
      #expect(error.description.utf8.count < 500)
    }
  }

  @Test("a status that the job expects is no failure, whatever it is")
  func expected() async throws {
    let server = try TinyServer { _ in TinyServer.answer("404 Not Found") }
    defer { server.stop() }
    let job = HTTPJob(
      url: server.url("/"), expectedStatus: [StatusRange(first: 200, last: 204), StatusRange(first: 404, last: 404)])
    #expect(try await HTTPRunner().run(job) == 404)
  }

  @Test("redirects are followed")
  func redirect() async throws {
    let server = try TinyServer { line in
      line.contains("/old")
        ? TinyServer.answer("302 Found", headers: "Location: /new\r\n") : TinyServer.answer("200 OK")
    }
    defer { server.stop() }
    #expect(try await HTTPRunner().run(HTTPJob(url: server.url("/old"))) == 200)
  }

  @Test("no answer in time is a failure of its own")
  func timeout() async throws {
    let server = try TinyServer { _ in nil }
    defer { server.stop() }
    await #expect(throws: HTTPFailed(reason: .timedOut(.milliseconds(50)), excerpt: nil)) {
      try await HTTPRunner().run(HTTPJob(url: server.url("/"), timeout: .milliseconds(50)))
    }
  }

  @Test("cancelling ends a call that is under way")
  func cancelled() async throws {
    let server = try TinyServer { _ in nil }
    defer { server.stop() }
    let url = server.url("/")
    let running = Task { try await HTTPRunner().run(HTTPJob(url: url)) }
    #expect(await server.request() != nil)
    running.cancel()
    await #expect(throws: CancellationError.self) { try await running.value }
  }

  @Test("cancelling does no harm at whatever moment it comes, that of the answer among them")
  func cancelledAnytime() async throws {
    let server = try TinyServer { _ in TinyServer.answer("200 OK", "done") }
    defer { server.stop() }
    let url = server.url("/")
    var statuses = 0
    for round in 0..<1_500 {
      let running = Task { try await HTTPRunner().run(HTTPJob(url: url)) }
      // From before it is begun to about when it is answered, which takes a millisecond.
      for _ in 0..<round % 50 * 4 { await Task.yield() }
      running.cancel()
      switch await running.result {
      case .success(let status): statuses += status == 200 ? 1 : 0
      case .failure(let error): #expect(error is CancellationError, "\(error)")
      }
    }
    #expect(statuses < 1_500)
  }

  @Test("a call that was cancelled before it began is not made")
  func cancelledBefore() async {
    let running = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await HTTPRunner().run(HTTPJob(url: "http://127.0.0.1:1/"))
    }
    await #expect(throws: CancellationError.self) { try await running.value }
  }

  @Test("nobody there is told as that")
  func unreachable() async throws {
    let server = try TinyServer { _ in nil }
    server.stop()
    do {
      try await HTTPRunner().run(HTTPJob(url: server.url("/secret?token=x")))
      Issue.record("it succeeded")
    } catch let error as HTTPFailed {
      #expect(error.description.hasPrefix("no answer: "))
      #expect(!error.description.contains("token"))
    }
  }

  @Test("what is no URL of http is refused", arguments: ["", "x", "file:///etc/passwd", "http://"])
  func badURLs(_ url: String) async {
    await #expect(throws: HTTPFailed.self) { try await HTTPRunner().run(HTTPJob(url: url)) }
  }
}
#endif
