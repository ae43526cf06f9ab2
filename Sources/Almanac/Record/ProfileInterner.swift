import Synchronization

/// Keeps one instance of each profile, so that equal parts of a million definitions are one object.
///
/// A program has as many profiles as it has kinds of jobs; a program that makes them without end (a tag for every user) must not
/// grow without bound, so beyond the limit a profile is simply not shared.
package final class ProfileInterner: Sendable {
  package static let shared = ProfileInterner(limit: 4_096)

  private let profiles = Mutex<Set<JobProfile>>([])
  private let limit: Int

  package init(limit: Int) {
    self.limit = limit
  }

  /// The instance to use in place of an equal one.
  package func intern(_ profile: JobProfile) -> JobProfile {
    self.profiles.withLock { profiles in
      if let index = profiles.firstIndex(of: profile) { return profiles[index] }
      if profiles.count < self.limit { profiles.insert(profile) }
      return profile
    }
  }
}
