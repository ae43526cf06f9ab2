import Almanac

/// One person who takes one exam. It is a job: what it says is stored with it, its fires are the reminders, and its history is what was sent.
public struct Registration: JobPayload, Hashable {
  public static let jobName = "exam-registration"

  public var openID: String
  /// The exam's id.
  public var exam: String
  /// What people call the exam.
  public var title: String
  /// The language of the messages.
  public var language: Language
  /// When the exam was said to be, the last word last. At least one.
  public private(set) var times: [ExamTime]

  public init(openID: String, exam: String, title: String, language: Language, time: ExamTime) {
    self.openID = openID
    self.exam = exam
    self.title = title
    self.language = language
    self.times = [time]
  }

  /// When the exam is.
  public var time: ExamTime { self.times[self.times.count - 1] }

  /// Which time held at an instant; the first one for those before it.
  func time(at instant: Instant) -> ExamTime {
    self.times.last { $0.since <= instant } ?? self.times[0]
  }

  /// Takes note of another time. Times that came and went are kept: what was sent while they held told them.
  ///
  /// - Returns: false where the exam is at that time already.
  mutating func move(to time: ExamTime) -> Bool {
    guard !time.says(the: self.time) else { return false }
    self.times = self.times.suffix(Registration.mostTimes - 1) + [time]
    return true
  }

  /// The same registration after one that was cancelled or is over: what was sent for that one is not forgotten.
  func following(_ old: Registration) -> Registration {
    var new = self
    new.times = old.times.suffix(Registration.mostTimes - 1) + [self.time]
    return new
  }

  static let mostTimes = 16

  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.openID = try container.decode(String.self, forKey: .openID)
    self.exam = try container.decode(String.self, forKey: .exam)
    self.title = try container.decode(String.self, forKey: .title)
    self.language = try container.decode(Language.self, forKey: .language)
    self.times = try container.decode([ExamTime].self, forKey: .times)
    guard !self.times.isEmpty else {
      throw DecodingError.dataCorruptedError(forKey: .times, in: container, debugDescription: "an exam has a time")
    }
  }
}

/// When an exam is, at its place.
public struct ExamTime: Hashable, Sendable, Codable {
  /// What the clocks show there when it begins.
  public var local: LocalTime
  /// The IANA identifier of the place's zone.
  public var zone: String
  /// When this became known here.
  public var since: Instant

  /// True where both are the same time of the same place, whenever that became known.
  func says(the other: ExamTime) -> Bool { self.local == other.local && self.zone == other.zone }
}

/// The id of a registration: `EXAM.OPENID`. Neither part may hold a dot.
public struct RegistrationID: Hashable, Sendable, CustomStringConvertible {
  public let exam: String
  public let openID: String

  public init(exam: String, openID: String) {
    self.exam = exam
    self.openID = openID
  }

  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ RegistrationID.isName($0) }) else { return nil }
    self.init(exam: String(parts[0]), openID: String(parts[1]))
  }

  /// True for 1 to 64 letters, digits, `-` and `_`: what WeChat makes open ids of.
  public static func isName(_ text: some StringProtocol) -> Bool {
    (1...64).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
          UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
          true
        default: false
        }
      }
  }

  public var description: String { "\(self.exam).\(self.openID)" }
  public var job: JobID { JobID(self.description) }
}

extension Registration {
  public var id: RegistrationID { RegistrationID(exam: self.exam, openID: self.openID) }
}

/// A language that people are spoken to in.
public enum Language: String, Hashable, Sendable, Codable, CaseIterable {
  case chinese = "zh"
  case english = "en"
}
