import Almanac
import AsyncHTTPClient
import Foundation
import NIOCore
import NIOPosix

/// WeChat's own service.
///
/// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
public final class WeChatClient: MessageService {
  private let http: HTTPClient
  private let baseURL: String
  private let timeout: TimeAmount
  private let tokens: AccessTokens

  /// - Parameters:
  ///   - http: is not shut down by the client. ``configuration`` has what it needs.
  ///   - baseURL: without a slash at its end; `https://api.weixin.qq.com`.
  ///   - timeout: for each request.
  public init(
    http: HTTPClient, baseURL: String, appID: String, secret: Secret, timeout: Duration = .seconds(10),
    clock: any SchedulerClock = SystemClock()
  ) {
    self.http = http
    self.baseURL = baseURL
    let timeout = TimeAmount.milliseconds(Int64(timeout / .milliseconds(1)))
    self.timeout = timeout
    self.tokens = AccessTokens(clock: clock) {
      try await WeChatClient.fetchToken(http, baseURL, appID, secret, timeout)
    }
  }

  /// An HTTP client that tells soon where nobody answers, and asks nobody else: a request that is sent to where a redirect points is a second request.
  public static var configuration: HTTPClient.Configuration {
    var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow)
    configuration.timeout.connect = .seconds(5)
    configuration.connectionPool.retryConnectionEstablishment = false
    // A connection that the other side closes as we write is one of whose request nobody knows; idle ones are let go before that.
    configuration.connectionPool.idleTimeout = .seconds(10)
    configuration.httpVersion = .http1Only
    return configuration
  }

  public func send(_ message: WeChatMessage) async -> SendAnswer {
    let body: [UInt8]
    do { body = [UInt8](try WeChatClient.encoder.encode(message)) } catch {
      return .rejected(code: 0, reason: "the message cannot be written: \(error)")
    }
    // Once more with another token, where the first one was refused: nothing was sent then.
    for isLast in [false, true] {
      let token: Secret
      do { token = try await self.tokens.token() } catch {
        return .notSent(reason: "no access token: \(error)")
      }
      let answer = await self.post(body, token)
      guard case .code(let code, let reason, let messageID) = answer else { return answer.withoutCode }
      switch ErrorCodeMeaning(code) {
      case .sent: return .sent(messageID: messageID)
      case .tokenIsStale:
        await self.tokens.drop(token)
        if isLast { return .busy(code: code) }
      case .refused: return .refused(code: code)
      case .limited: return .limited(code: code)
      case .busy: return .busy(code: code)
      case .rejected: return .rejected(code: code, reason: reason)
      }
    }
    return .notSent(reason: "no access token was accepted")
  }

  // MARK: Requests

  private static let encoder: JSONEncoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  private enum Answer {
    case code(Int, reason: String, messageID: String?)
    case notSent(String)
    case unknown(String)

    var withoutCode: SendAnswer {
      switch self {
      case .code(let code, let reason, _): .rejected(code: code, reason: reason)
      case .notSent(let reason): .notSent(reason: reason)
      case .unknown(let reason): .unknown(reason: reason)
      }
    }
  }

  private func post(_ body: [UInt8], _ token: Secret) async -> Answer {
    // The token is in the address: neither this nor an error that holds it may be shown.
    var request = HTTPClientRequest(
      url: "\(self.baseURL)/cgi-bin/message/subscribe/send?access_token=\(WeChatClient.escaped(token.reveal()))")
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes(body)
    do {
      let response = try await self.http.execute(request, timeout: self.timeout)
      // It was answered, and by somebody who could not.
      if response.status.code >= 500 { return .notSent("status \(response.status.code)") }
      let bytes = try await response.body.collect(upTo: 64 << 10)
      guard let answer = try? JSONDecoder().decode(CodeAnswer.self, from: Data(bytes.readableBytesView)) else {
        return .unknown("status \(response.status.code), and no answer that can be read")
      }
      return .code(answer.errcode, reason: answer.errmsg ?? "", messageID: answer.msgid?.text)
    } catch {
      let name = WeChatClient.name(of: error)
      return WeChatClient.isBeforeRequest(error) ? .notSent(name) : .unknown(name)
    }
  }

  private static func fetchToken(
    _ http: HTTPClient, _ baseURL: String, _ appID: String, _ secret: Secret, _ timeout: TimeAmount
  ) async throws -> AccessTokens.Grant {
    // In the body and not in the address, which proxies write down. Not by force: that would take the token from other instances.
    let body = [
      "grant_type": "client_credential", "appid": appID, "secret": secret.reveal(),
    ]
    var request = HTTPClientRequest(url: "\(baseURL)/cgi-bin/stable_token")
    request.method = .POST
    request.headers.add(name: "content-type", value: "application/json")
    request.body = .bytes([UInt8](try self.encoder.encode(body)))
    let answer: TokenAnswer
    do {
      let response = try await http.execute(request, timeout: timeout)
      guard response.status == .ok else { throw TokenError("status \(response.status.code)") }
      let bytes = try await response.body.collect(upTo: 64 << 10)
      answer = try JSONDecoder().decode(TokenAnswer.self, from: Data(bytes.readableBytesView))
    } catch let error as TokenError {
      throw error
    } catch {
      throw TokenError(self.name(of: error))
    }
    guard let token = answer.token, !token.isEmpty, let seconds = answer.seconds, seconds > 0 else {
      throw TokenError("errcode \(answer.errcode ?? 0)")
    }
    return AccessTokens.Grant(token: Secret(token), lifetime: .seconds(min(seconds, 86_400)))
  }

  /// Why there is no token, without anything that was sent.
  struct TokenError: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
  }

  private struct TokenAnswer: Decodable {
    var token: String?
    var seconds: Int?
    var errcode: Int?

    enum CodingKeys: String, CodingKey {
      case token = "access_token"
      case seconds = "expires_in"
      case errcode
    }
  }

  private struct CodeAnswer: Decodable {
    var errcode: Int
    var errmsg: String?
    var msgid: MessageID?
  }

  /// A number or a text.
  private struct MessageID: Decodable {
    var text: String

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let number = try? container.decode(Int64.self) {
        self.text = "\(number)"
      } else {
        self.text = try container.decode(String.self)
      }
    }
  }

  // MARK: Errors

  /// True where it is certain that nothing of the request has left; whatever else goes wrong, it may have.
  static func isBeforeRequest(_ error: any Error) -> Bool {
    switch error {
    case is NIOConnectionError: return true
    case let error as ChannelError:
      if case .connectTimeout = error { return true }
      return false
    case let error as IOError: return error.errnoCode == ECONNREFUSED
    case let error as HTTPClientError:
      return [
        .connectTimeout, .getConnectionFromPoolTimeout, .tlsHandshakeTimeout, .socksHandshakeTimeout,
        .httpProxyHandshakeTimeout, .alreadyShutdown,
      ].contains(error)
    default: return false
    }
  }

  /// What kind of error it is. Its own words may hold the address, and with it the token.
  static func name(of error: any Error) -> String {
    switch error {
    case let error as HTTPClientError: error.shortDescription
    case let error as NIOConnectionError: "no connection to \(error.host):\(error.port)"
    case is CancellationError: "it was told to stop"
    default: String(describing: type(of: error))
    }
  }

  private static func escaped(_ text: String) -> String {
    text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(CharacterSet(charactersIn: "-_.~"))) ?? ""
  }
}
