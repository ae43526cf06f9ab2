/// Hands one message over. The service behind it is WeChat's, or a test's.
public protocol MessageService: Sendable {
  /// Tries once to have the message sent, and says what came of it. Never tries again where the message may have gone out.
  func send(_ message: WeChatMessage) async -> SendAnswer
}

/// What came of handing a message over: everything that a caller has to tell apart, and no more.
public enum SendAnswer: Hashable, Sendable {
  case sent(messageID: String?)
  /// The person does not want it.
  case refused(code: Int)
  /// The message is wrong as it is; it is ours to mend.
  case rejected(code: Int, reason: String)
  /// A quota is used up.
  case limited(code: Int)
  /// The service cannot at the moment, and says so.
  case busy(code: Int)
  /// It did not reach the service.
  case notSent(reason: String)
  /// It may have been sent: the request went out, and no answer came.
  case unknown(reason: String)
}

/// What a code of WeChat means for the message. Pure, and the whole of it.
enum ErrorCodeMeaning: Hashable, Sendable {
  case sent
  /// The token is not valid, or not any more.
  case tokenIsStale
  case refused
  case limited
  case busy
  case rejected

  init(_ code: Int) {
    switch code {
    case 0: self = .sent
    case 40_001, 40_014, 42_001: self = .tokenIsStale
    case 43_101: self = .refused
    case 45_009, 45_011: self = .limited
    case -1: self = .busy
    // 40003 open id, 40037 template, 41030 page, 47003 values, and whatever else: saying it again does not make it better.
    default: self = .rejected
    }
  }
}
