import Synchronization

/// Lets one suspect at a time be started on this scheduler: should the process die again, nobody else is blamed.
///
/// A job is a suspect after it was going at two losses of a scheduler in a row; see ``JobPolicies/crashLimit``.
final class SuspectGate: Sendable {
  struct Suspect: Hashable, Sendable {
    let store: String
    let job: JobID
  }

  private let inside = Mutex<Suspect?>(nil)

  /// True where the job may be started: it is inside, or nobody is. A transition may be asked twice, so asking again changes nothing.
  func admits(_ suspect: Suspect) -> Bool {
    self.inside.withLock { inside in
      if inside == nil { inside = suspect }
      return inside == suspect
    }
  }

  /// The suspect of this store that is inside, if there is one.
  func suspect(of store: String) -> Suspect? {
    self.inside.withLock { $0?.store == store ? $0 : nil }
  }

  /// It is over with that one.
  func leave(_ suspect: Suspect) {
    self.inside.withLock { if $0 == suspect { $0 = nil } }
  }
}
