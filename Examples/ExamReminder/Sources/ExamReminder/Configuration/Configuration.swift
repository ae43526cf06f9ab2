import Almanac
import AlmanacPostgreSQL
import AlmanacSQLite

/// What the environment says.
public struct Configuration: Sendable {
  public var host: String
  public var port: Int
  /// `sqlite:PATH` or `postgresql://…`.
  public var storeURL: String
  public var rules: [ReminderRule]
  public var template: MessageTemplate
  public var weChatURL: String
  public var appID: String
  public var secret: Secret
  /// How long a session of the scheduler lives; see `SchedulerConfiguration.sessionLifetime`.
  public var sessionLifetime: Duration

  /// - Parameter environment: the variables of the process; the README lists them.
  /// - Throws: ``ConfigurationError`` with every variable that is wrong or missing.
  public init(environment: [String: String]) throws {
    var problems: [String] = []
    func text(_ name: String, _ standard: String? = nil) -> String {
      if let value = environment[name], !value.isEmpty { return value }
      if standard == nil { problems.append("\(name) is missing") }
      return standard ?? ""
    }
    func number(_ name: String, _ standard: Int, in range: ClosedRange<Int>) -> Int {
      let value = text(name, "\(standard)")
      if let number = Int(value), range.contains(number) { return number }
      problems.append("\(name) is \"\(value)\"; expected a number from \(range.lowerBound) to \(range.upperBound)")
      return standard
    }
    self.host = text("HOST", "127.0.0.1")
    self.port = number("PORT", 8080, in: 0...65_535)
    self.storeURL = text("STORE_URL", "sqlite:exam-reminder.sqlite")
    self.appID = text("WECHAT_APP_ID")
    self.secret = Secret(text("WECHAT_APP_SECRET"))
    self.weChatURL = text("WECHAT_URL", "https://api.weixin.qq.com")
    self.sessionLifetime = .seconds(number("SESSION_SECONDS", 15, in: 1...3_600))
    self.template = MessageTemplate(
      id: text("WECHAT_TEMPLATE_ID"), page: environment["WECHAT_PAGE"], state: text("WECHAT_STATE", "formal"))
    let fields = text("WECHAT_FIELDS", "thing1,time2,thing3").split(separator: ",").map(String.init)
    if fields.count == 3 {
      (self.template.examField, self.template.timeField, self.template.adviceField) = (fields[0], fields[1], fields[2])
    } else {
      problems.append("WECHAT_FIELDS: expected the names of three values, such as thing1,time2,thing3")
    }
    if !["developer", "trial", "formal"].contains(self.template.state) {
      problems.append("WECHAT_STATE is \"\(self.template.state)\"; expected developer, trial or formal")
    }
    self.rules = []
    do { self.rules = try ReminderRule.list(text("REMINDER_RULES", "1d@20:00,2h")) } catch {
      problems.append("REMINDER_RULES: \(error)")
    }
    guard problems.isEmpty else { throw ConfigurationError(problems.joined(separator: "\n")) }
  }

  /// - Throws: `StoreError` where the address is none, or what it names cannot be used.
  func openStore() throws -> any JobStore {
    self.storeURL.hasPrefix("sqlite:")
      ? try SQLiteStore(url: self.storeURL) : try PostgreSQLStore(url: self.storeURL)
  }
}

/// What is wrong with what was configured.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }
}
