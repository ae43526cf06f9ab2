import Foundation
import Hummingbird
import Logging

extension StandIn {
  /// The routes of WeChat, and some below `/stand-in` that tell what was sent and say what is to go wrong.
  public func application(
    port: Int = 0, logger: Logger, onPort: @escaping @Sendable (Int) async -> Void = { _ in },
    onSent: @escaping @Sendable (Sent) -> Void = { _ in }
  ) -> some ApplicationProtocol {
    let router = Router()
    router.post("/cgi-bin/stable_token") { request, context in
      try await Self.response(self.token(for: Self.object(request, context)))
    }
    router.post("/cgi-bin/message/subscribe/send") { request, context in
      let token = request.uri.queryParameters.get("access_token")
      let (answer, message) = self.send(try await Self.object(request, context), token: token)
      if let message { onSent(message) }
      return try await Self.response(answer)
    }
    router.get("/stand-in/sent") { _, _ in Told(counts: self.counts, sent: self.sent) }
    router.post("/stand-in/troubles") { request, context in
      self.expect(try await request.decode(as: [Trouble].self, context: context))
      return HTTPResponse.Status.noContent
    }
    router.post("/stand-in/refuse/:openID") { _, context in
      if let openID = context.parameters.get("openID") { self.refuse(openID) }
      return HTTPResponse.Status.noContent
    }
    return Application(
      router: router,
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: port), serverName: "stand-in"),
      onServerRunning: { channel in await onPort(channel.localAddress?.port ?? 0) },
      logger: logger)
  }

  private struct Told: ResponseEncodable {
    var counts: Counts
    var sent: [Sent]
  }

  private static func object(_ request: Request, _ context: BasicRequestContext) async throws -> [String: Any] {
    let bytes = try await request.body.collect(upTo: context.maxUploadSize)
    return (try? JSONSerialization.jsonObject(with: Data(bytes.readableBytesView))) as? [String: Any] ?? [:]
  }

  private static func response(_ answer: Answer) async throws -> Response {
    switch answer {
    case .json(let members): return self.response(members)
    case .status(let status): return Response(status: HTTPResponse.Status(code: status))
    case .later(let milliseconds, let members):
      // A slow server, and not a test that waits: whoever asked has a timeout of its own.
      try await Task.sleep(for: .milliseconds(milliseconds))
      return self.response(members)
    case .cut:
      // More is announced than comes: the server has to close the connection in the middle of the answer.
      return Response(
        status: .ok, headers: [.contentLength: "1000"],
        body: ResponseBody { _ in throw Cut() })
    }
  }

  private struct Cut: Error {}

  private static func response(_ members: [String: any Sendable]) -> Response {
    // JSONSerialization takes what these dictionaries hold: texts and numbers.
    let data = (try? JSONSerialization.data(withJSONObject: members, options: [.sortedKeys])) ?? Data()
    return Response(
      status: .ok, headers: [.contentType: "application/json"], body: ResponseBody(byteBuffer: ByteBuffer(bytes: data)))
  }
}
