import Almanac

/// What somebody asks for, checked.
public struct RegistrationWish: Hashable, Sendable {
  public var openID: String
  public var exam: String
  public var title: String
  public var language: Language
  public var local: LocalTime
  public var zone: String

  public init(openID: String, exam: String, title: String, language: Language, local: LocalTime, zone: String) {
    self.openID = openID
    self.exam = exam
    self.title = title
    self.language = language
    self.local = local
    self.zone = zone
  }

  func registration(since now: Instant) -> Registration {
    Registration(
      openID: self.openID, exam: self.exam, title: self.title, language: self.language,
      time: ExamTime(local: self.local, zone: self.zone, since: now))
  }
}
