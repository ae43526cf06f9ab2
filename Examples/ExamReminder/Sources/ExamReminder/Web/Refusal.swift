import Hummingbird

/// What is wrong with one field of a request.
struct FieldProblem: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    case missing, noText, noName
    case tooLong(Int)
    case noTime, noZone
    case jumpedOver(String)
    case past, noJSON, noLanguage
  }

  var field: String
  var kind: Kind

  func reason(in language: Language) -> String {
    let isChinese = language == .chinese
    return switch self.kind {
    case .missing: isChinese ? "缺少此字段" : "is missing"
    case .noText: isChinese ? "必须是文本" : "must be a text"
    case .noName:
      isChinese ? "只能包含 1 到 64 个字母、数字、“-”或“_”" : "may hold 1 to 64 letters, digits, \"-\" and \"_\""
    case .tooLong(let limit):
      isChinese ? "须为 1 到 \(limit) 个字符,不含控制字符" : "must have 1 to \(limit) characters, none of them a control character"
    case .noTime: isChinese ? "不是有效的当地时间,应如 2026-06-13T09:00" : "is no local time such as 2026-06-13T09:00"
    case .noZone: isChinese ? "不是已知的时区,应如 Asia/Shanghai" : "is no time zone that is known, such as Asia/Shanghai"
    case .jumpedOver(let zone): isChinese ? "\(zone) 的时钟会跳过这一时刻(夏令时)" : "is a time that the clocks of \(zone) jump over"
    case .past: isChinese ? "考试时间已过" : "is in the past"
    case .noJSON: isChinese ? "请求正文不是 JSON 对象" : "is no JSON object"
    case .noLanguage: isChinese ? "应为 zh 或 en" : "is neither zh nor en"
    }
  }
}

/// A request that cannot be followed, in the words of whoever asked.
struct Refusal: HTTPResponseError {
  struct Body: Codable, Hashable {
    struct Field: Codable, Hashable {
      var field: String
      var reason: String
    }

    var error: String
    var fields: [Field]
  }

  var status: HTTPResponse.Status
  var body: Body

  /// A request with fields that are wrong: 400.
  init(_ problems: [FieldProblem], in language: Language) {
    self.status = .badRequest
    self.body = Body(
      error: language == .chinese ? "请求中有错误" : "the request is wrong",
      fields: problems.map { Body.Field(field: $0.field, reason: $0.reason(in: language)) })
  }

  /// A request about something that is not there: 404.
  static func notFound(in language: Language) -> Refusal {
    var refusal = Refusal([], in: language)
    refusal.status = .notFound
    refusal.body.error = language == .chinese ? "没有这项登记" : "there is no such registration"
    return refusal
  }

  func response(from request: Request, context: some RequestContext) throws -> Response {
    var response = try context.responseEncoder.encode(self.body, from: request, context: context)
    response.status = self.status
    return response
  }
}

extension Language {
  /// The language of ours that a client likes best, by its `Accept-Language`; English where it says nothing of either.
  init(accepted header: String?) {
    var best: (language: Language, weight: Double)?
    for part in (header ?? "").split(separator: ",") {
      let pieces = part.split(separator: ";").map { $0.trimmingPrefix(while: \.isWhitespace) }
      guard let tag = pieces.first?.lowercased() else { continue }
      let weight = pieces.dropFirst().first { $0.hasPrefix("q=") }.map { Double($0.dropFirst(2)) ?? 0 } ?? 1
      guard let language = Language.allCases.first(where: { tag == $0.rawValue || tag.hasPrefix($0.rawValue + "-") }),
        weight > (best?.weight ?? 0)
      else { continue }
      best = (language, weight)
    }
    self = best?.language ?? .english
  }
}
