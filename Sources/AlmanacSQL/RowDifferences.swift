import Almanac

// What a change of a row means for the tables beside it.

extension JobRecord {
  /// Whether it is listed among those that people ask for first.
  package var isLiving: Bool { !self.state.status.isTombstone }
}

extension RowChange {
  package var key: Int64 {
    switch self {
    case .replace(let replacement): replacement.key
    case .erase(let stored): stored.key
    case .silence(let key, _, _): key
    }
  }

  /// The version that was read.
  package var version: Int64 {
    switch self {
    case .replace(let replacement): replacement.version
    case .erase(let stored): stored.version
    case .silence(_, let version, _): version
    }
  }
}

extension RowReplacement {
  package var ownersAdded: [Epoch] {
    let old = self.old?.record.owners ?? []
    return self.new.record.owners.filter { !old.contains($0) }
  }

  package var ownersRemoved: [Epoch] {
    let new = self.new.record.owners
    return (self.old?.record.owners ?? []).filter { !new.contains($0) }
  }
}
