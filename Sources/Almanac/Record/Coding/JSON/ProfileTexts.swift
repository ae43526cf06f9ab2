import Synchronization

// Many jobs say the same but for their id, time and values. What they share is put into text, and made of text, once.

/// The stored form of the policies of profiles that were written lately.
final class PolicyTexts: Sendable {
  static let shared = PolicyTexts()

  private static let limit = 1_024
  /// Each with the profile, so that no other object can come to have its identity.
  private let texts = Mutex<[ObjectIdentifier: (profile: JobProfile, text: [UInt8])]>([:])

  /// Nil where the policies cannot be written.
  func text(of profile: JobProfile) -> [UInt8]? {
    let identity = ObjectIdentifier(profile)
    if let known = self.texts.withLock({ $0[identity]?.text }) { return known }
    guard let text = try? RecordCodec.thoroughBytes(profile.policies) else { return nil }
    self.texts.withLock { texts in
      if texts.count >= PolicyTexts.limit { texts = [:] }
      texts[identity] = (profile, text)
    }
    return text
  }
}

/// The profiles that were made of text lately, by the text.
final class ProfileTexts: Sendable {
  static let shared = ProfileTexts()

  private static let limit = 1_024
  private let profiles = Mutex<[String: JobProfile]>([:])

  func profile(_ text: String, _ make: () throws -> JobProfile) rethrows -> JobProfile {
    if let known = self.profiles.withLock({ $0[text] }) { return known }
    let profile = try make()
    self.profiles.withLock { profiles in
      if profiles.count >= ProfileTexts.limit { profiles = [:] }
      profiles[text] = profile
    }
    return profile
  }
}
