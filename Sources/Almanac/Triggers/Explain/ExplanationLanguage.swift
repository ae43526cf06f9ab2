/// A language in which a trigger can be told.
public enum ExplanationLanguage: String, Hashable, Sendable, Codable, CaseIterable {
  case english = "en"
  case chinese = "zh"
}

extension Trigger {
  /// The trigger as a sentence that people would write, such as "At 09:00 on Monday to Friday, Europe/Paris time."
  ///
  /// It names the zone, and what becomes of times in gaps and folds where the zone has any that the trigger can meet. Never empty, and not
  /// meant to be read by programs: the wording may change.
  public func explanation(in language: ExplanationLanguage = .english) -> String {
    switch language {
    case .english: Explainer(words: EnglishWords()).sentence(about: self)
    case .chinese: Explainer(words: ChineseWords()).sentence(about: self)
    }
  }
}
