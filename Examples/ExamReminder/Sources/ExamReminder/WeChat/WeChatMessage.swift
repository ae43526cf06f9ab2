import Almanac

/// A subscription message, as `cgi-bin/message/subscribe/send` takes it.
public struct WeChatMessage: Hashable, Sendable, Encodable {
  public struct Value: Hashable, Sendable, Encodable {
    public var value: String
  }

  public var openID: String
  public var templateID: String
  /// The page of the mini program that a tap opens.
  public var page: String?
  /// `developer`, `trial` or `formal`.
  public var state: String
  /// `zh_CN`, `en_US`, `zh_HK` or `zh_TW`.
  public var language: String
  public var data: [String: Value]

  enum CodingKeys: String, CodingKey {
    case openID = "touser"
    case templateID = "template_id"
    case page
    case state = "miniprogram_state"
    case language = "lang"
    case data
  }
}

/// Which template the messages are made by, and the names of its values: a template's owner chooses them, and their beginnings say what they hold.
public struct MessageTemplate: Hashable, Sendable {
  public var id: String
  public var page: String?
  public var state: String
  /// The value that holds the exam's name: `thing1`.
  public var examField: String
  /// The value that holds the exam's time: `time2`.
  public var timeField: String
  /// The value that holds a word of advice: `thing3`.
  public var adviceField: String

  public init(
    id: String, page: String? = nil, state: String = "formal", examField: String = "thing1",
    timeField: String = "time2", adviceField: String = "thing3"
  ) {
    self.id = id
    self.page = page
    self.state = state
    self.examField = examField
    self.timeField = timeField
    self.adviceField = adviceField
  }
}

/// Makes the messages.
struct MessageComposer: Sendable {
  let template: MessageTemplate

  func message(to registration: Registration) -> WeChatMessage {
    let isChinese = registration.language == .chinese
    return WeChatMessage(
      openID: registration.openID, templateID: self.template.id, page: self.template.page, state: self.template.state,
      language: isChinese ? "zh_CN" : "en_US",
      data: [
        self.template.examField: .init(value: MessageComposer.thing(registration.title)),
        self.template.timeField: .init(value: MessageComposer.time(registration.time.local)),
        self.template.adviceField: .init(
          value: MessageComposer.thing(isChinese ? "请带好准考证和身份证" : "Bring your ID card")),
      ])
  }

  /// The most characters of a value whose name begins with `thing`.
  static let longestThing = 20

  /// A text as a `thing` takes it: WeChat refuses what is longer, and a reminder that is cut is better than none.
  static func thing(_ text: String) -> String {
    // WeChat counts as UTF-16 does at the most; counting so never lets one too many through.
    guard text.utf16.count > longestThing else { return text }
    var cut = ""
    for character in text where cut.utf16.count + character.utf16.count < longestThing { cut.append(character) }
    return cut + "…"
  }

  /// A time as a `time` takes it: 2026年6月13日 09:00.
  static func time(_ time: LocalTime) -> String {
    let minute = time.minute < 10 ? "0\(time.minute)" : "\(time.minute)"
    let hour = time.hour < 10 ? "0\(time.hour)" : "\(time.hour)"
    return "\(time.year)年\(time.month)月\(time.day)日 \(hour):\(minute)"
  }
}
