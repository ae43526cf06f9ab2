import Foundation
import Synchronization

/// What the stand-in knows and counts.
public final class StandIn: Sendable {
  /// What it is told to do with a request, instead of what is right.
  public enum Trouble: Hashable, Sendable, Codable {
    /// Answers with this errcode, and sends nothing.
    case code(Int)
    /// Answers with this status, and sends nothing.
    case status(Int)
    /// Cuts the connection before the message is sent.
    case cutBefore
    /// Sends the message, and cuts the connection before it answers.
    case cutAfter
    /// Sends the message, and answers so many milliseconds later.
    case slow(milliseconds: Int)
  }

  /// A message that was sent.
  public struct Sent: Hashable, Sendable, Codable {
    public var openID: String
    public var values: [String: String]
    public var number: Int
  }

  /// What was counted.
  public struct Counts: Hashable, Sendable, Codable {
    /// Requests for a token.
    public var tokens = 0
    /// Tokens that were made: a request that comes while the last one is good gets that one.
    public var made = 0
    /// Requests to send a message, of whatever end.
    public var sends = 0
    /// Those that were wrong in themselves.
    public var complaints = 0

    public init(tokens: Int = 0, made: Int = 0, sends: Int = 0, complaints: Int = 0) {
      self.tokens = tokens
      self.made = made
      self.sends = sends
      self.complaints = complaints
    }
  }

  private struct State {
    var counts = Counts()
    var sent: [Sent] = []
    var token: String?
    var troubles: [Trouble] = []
    var tokenTroubles: [Trouble] = []
    var refusing: Set<String> = []
  }

  public let appID: String
  public let secret: String
  public let templateID: String
  let tokenLifetime: Int
  private let check: MessageCheck
  private let state = Mutex(State())

  /// - Parameters:
  ///   - fields: the names of the template's values.
  ///   - tokenLifetime: in seconds, as it is told to those who ask.
  public init(
    appID: String = "wx0123456789abcdef", secret: String = "stand-in-secret", templateID: String = "stand-in-template",
    fields: Set<String> = ["thing1", "time2", "thing3"], tokenLifetime: Int = 7_200
  ) {
    self.appID = appID
    self.secret = secret
    self.templateID = templateID
    self.tokenLifetime = tokenLifetime
    self.check = MessageCheck(templateID: templateID, fields: fields)
  }

  public var counts: Counts { self.state.withLock { $0.counts } }
  /// All that was sent, in its order.
  public var sent: [Sent] { self.state.withLock { $0.sent } }

  /// What becomes of the next requests to send a message, one each.
  public func expect(_ troubles: [Trouble]) { self.state.withLock { $0.troubles += troubles } }
  /// What becomes of the next requests for a token, one each.
  public func expectOfTokens(_ troubles: [Trouble]) { self.state.withLock { $0.tokenTroubles += troubles } }
  /// The person does not want messages any more.
  public func refuse(_ openID: String) { self.state.withLock { _ = $0.refusing.insert(openID) } }
  /// The token is not good any more, as if another service had asked for one by force.
  public func expireToken() { self.state.withLock { $0.token = nil } }

  // MARK: Answers

  enum Answer {
    case json([String: any Sendable])
    case status(Int)
    case cut
    case later(milliseconds: Int, [String: any Sendable])
  }

  func token(for body: [String: Any]) -> Answer {
    self.state.withLock { state in
      state.counts.tokens += 1
      switch state.tokenTroubles.isEmpty ? nil : state.tokenTroubles.removeFirst() {
      case .code(let code)?: return Self.error(code, "injected")
      case .status(let status)?: return .status(status)
      case .cutBefore?, .cutAfter?: return .cut
      case .slow(let milliseconds)?: return .later(milliseconds: milliseconds, self.grant(&state))
      case nil: break
      }
      guard body["grant_type"] as? String == "client_credential" else {
        return Self.error(40_002, "invalid grant_type")
      }
      guard body["appid"] as? String == self.appID else { return Self.error(40_013, "invalid appid") }
      guard body["secret"] as? String == self.secret else { return Self.error(40_125, "invalid appsecret") }
      if body["force_refresh"] as? Bool == true { state.token = nil }
      return .json(self.grant(&state))
    }
  }

  private func grant(_ state: inout State) -> [String: any Sendable] {
    let token: String
    if let held = state.token {
      token = held
    } else {
      state.counts.made += 1
      token = "stand-in-token-\(state.counts.made)"
      state.token = token
    }
    return ["access_token": token, "expires_in": self.tokenLifetime]
  }

  func send(_ body: [String: Any], token: String?) -> (Answer, Sent?) {
    self.state.withLock { state in
      state.counts.sends += 1
      let trouble = state.troubles.isEmpty ? nil : state.troubles.removeFirst()
      switch trouble {
      case .code(let code)?: return (Self.error(code, "injected"), nil)
      case .status(let status)?: return (.status(status), nil)
      case .cutBefore?: return (.cut, nil)
      case .cutAfter?, .slow?, nil: break
      }
      guard let token, token == state.token else { return (Self.error(40_001, "invalid credential"), nil) }
      if let complaint = self.check.complaint(about: body) {
        state.counts.complaints += 1
        return (Self.error(complaint.code, complaint.message), nil)
      }
      let openID = body["touser"] as? String ?? ""
      if state.refusing.contains(openID) { return (Self.error(43_101, "user refuse to accept the msg"), nil) }
      let values = (body["data"] as? [String: [String: Any]] ?? [:]).compactMapValues { $0["value"] as? String }
      let message = Sent(openID: openID, values: values, number: state.sent.count + 1)
      state.sent.append(message)
      let answer: [String: any Sendable] = ["errcode": 0, "errmsg": "ok", "msgid": 9_000_000 + state.sent.count]
      switch trouble {
      case .cutAfter?: return (.cut, message)
      case .slow(let milliseconds)?: return (.later(milliseconds: milliseconds, answer), message)
      default: return (.json(answer), message)
      }
    }
  }

  private static func error(_ code: Int, _ message: String) -> Answer {
    .json(["errcode": code, "errmsg": "\(message) rid: stand-in"])
  }
}
