/// What WeChat demands of the values of a subscription message, by the beginnings of their names.
///
/// https://developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-message-management/subscribe-message/sendMessage.html
enum ValueKind: String, CaseIterable {
  case thing, number, letter, symbol, time, date, amount, phrase, name
  case characterString = "character_string"
  case phoneNumber = "phone_number"
  case carNumber = "car_number"

  /// - Parameter field: the name of a value: a kind, followed by a number.
  init?(field: String) {
    let kind = String(field.reversed().drop { $0.isASCII && $0.isNumber }.reversed())
    guard kind != field, let known = ValueKind(rawValue: kind) else { return nil }
    self = known
  }

  func accepts(_ value: String) -> Bool {
    let scalars = value.unicodeScalars
    guard !value.isEmpty, !scalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) else { return false }
    // Counted as UTF-16: the strictest reading of "characters".
    let length = value.utf16.count
    func isDigits(_ text: some StringProtocol) -> Bool {
      !text.isEmpty && text.utf8.allSatisfy { (48...57).contains($0) }
    }
    func isNumber(_ text: some StringProtocol) -> Bool {
      let parts = text.split(separator: ".", omittingEmptySubsequences: false)
      return (1...2).contains(parts.count) && parts.allSatisfy { isDigits($0) }
    }
    func isLetter(_ scalar: Unicode.Scalar) -> Bool { scalar.properties.isAlphabetic && scalar.isASCII }
    func isHan(_ scalar: Unicode.Scalar) -> Bool { (0x4E00...0x9FFF).contains(scalar.value) }
    switch self {
    case .thing: return length <= 20
    case .number: return length <= 32 && isNumber(value)
    case .letter: return length <= 32 && scalars.allSatisfy(isLetter)
    case .symbol: return length <= 5 && !scalars.contains { isHan($0) || isLetter($0) || (48...57).contains($0.value) }
    case .characterString: return length <= 32 && !scalars.contains(where: isHan)
    case .time: return WrittenTime.isTime(value)
    case .date: return WrittenTime.isDate(value)
    case .amount:
      var number = value[...]
      if number.hasSuffix("元") { number = number.dropLast() }
      if let first = number.first, !first.isNumber { number = number.dropFirst() }
      return number.utf8.count <= 10 && isNumber(number)
    case .phoneNumber: return length <= 17 && scalars.allSatisfy { $0.isASCII && !isLetter($0) }
    case .carNumber: return length <= 8
    case .phrase: return length <= 5 && scalars.allSatisfy(isHan)
    case .name:
      return scalars.contains(where: isHan)
        ? length <= 10 : length <= 20 && !scalars.contains { (48...57).contains($0.value) }
    }
  }
}

/// How WeChat takes times to be written: 15:01, 2019年10月1日 15:01, 2019-10-01; two of them with a "~" between.
enum WrittenTime {
  static func isTime(_ text: String) -> Bool { self.every(text) { $0.hasClock } }
  static func isDate(_ text: String) -> Bool { self.every(text) { $0.hasDate } }

  private struct Parts {
    var hasDate = false
    var hasClock = false
  }

  private static func every(_ text: String, _ isRight: (Parts) -> Bool) -> Bool {
    let ends = text.split(separator: "~", omittingEmptySubsequences: false)
    return (1...2).contains(ends.count) && ends.allSatisfy { self.parts($0).map(isRight) ?? false }
  }

  private static func parts(_ text: Substring) -> Parts? {
    var parts = Parts()
    let words = text.split(separator: " ", omittingEmptySubsequences: false)
    guard (1...2).contains(words.count) else { return nil }
    for word in words {
      if self.isClock(word), !parts.hasClock {
        parts.hasClock = true
      } else if self.isDay(word), !parts.hasDate, !parts.hasClock {
        parts.hasDate = true
      } else {
        return nil
      }
    }
    return parts
  }

  private static func isClock(_ word: Substring) -> Bool {
    let numbers = word.split(separator: ":", omittingEmptySubsequences: false)
    guard (2...3).contains(numbers.count), let hour = Int(numbers[0]), (0..<24).contains(hour) else { return false }
    return numbers.dropFirst().allSatisfy { $0.count == 2 && Int($0).map { (0..<60).contains($0) } == true }
  }

  private static func isDay(_ word: Substring) -> Bool {
    var numbers: [Substring]
    if word.hasSuffix("日") {
      numbers = word.dropLast().split(omittingEmptySubsequences: false) { "年月".contains($0) }
    } else {
      numbers = word.split(omittingEmptySubsequences: false) { "-/.".contains($0) }
    }
    guard (2...3).contains(numbers.count) else { return false }
    if numbers.count == 3, Int(numbers.removeFirst()).map({ (1...9_999).contains($0) }) != true { return false }
    guard let month = Int(numbers[0]), let day = Int(numbers[1]) else { return false }
    return (1...12).contains(month) && (1...31).contains(day)
  }
}

/// A message as it came, and what WeChat would say to it.
struct MessageCheck {
  /// An errcode, and what is wrong.
  struct Complaint: Hashable {
    var code: Int
    var message: String
  }

  var templateID: String
  var fields: Set<String>

  /// - Returns: nil where the message is right.
  func complaint(about body: [String: Any]) -> Complaint? {
    guard let user = body["touser"] as? String, (1...64).contains(user.utf8.count),
      user.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
    else { return Complaint(code: 40_003, message: "invalid openid") }
    guard body["template_id"] as? String == self.templateID else {
      return Complaint(code: 40_037, message: "invalid template_id")
    }
    if let page = body["page"] {
      guard let page = page as? String, !page.isEmpty, !page.hasPrefix("/"), !page.contains(" "), !page.contains("://")
      else { return Complaint(code: 41_030, message: "invalid page") }
    }
    if let state = body["miniprogram_state"] {
      guard ["developer", "trial", "formal"].contains(state as? String) else {
        return Complaint(code: 47_003, message: "argument invalid! miniprogram_state invalid")
      }
    }
    if let language = body["lang"] {
      guard ["zh_CN", "en_US", "zh_HK", "zh_TW"].contains(language as? String) else {
        return Complaint(code: 47_003, message: "argument invalid! lang invalid")
      }
    }
    let known: Set = ["touser", "template_id", "page", "miniprogram_state", "lang", "data"]
    if let extra = Set(body.keys).subtracting(known).sorted().first {
      return Complaint(code: 47_003, message: "argument invalid! \(extra) unknown")
    }
    guard let data = body["data"] as? [String: Any], Set(data.keys) == self.fields else {
      return Complaint(code: 47_003, message: "argument invalid! data must have \(self.fields.sorted())")
    }
    for (field, member) in data.sorted(by: { $0.key < $1.key }) {
      guard let member = member as? [String: Any], let value = member["value"] as? String, member.count == 1,
        let kind = ValueKind(field: field), kind.accepts(value)
      else { return Complaint(code: 47_003, message: "argument invalid! data.\(field).value invalid") }
    }
    return nil
  }
}
