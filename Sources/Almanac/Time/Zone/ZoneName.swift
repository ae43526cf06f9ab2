/// What may be the name of a zone, and which names resemble one.
enum ZoneName {
  /// Whether the text may be handed to the file system below a zone directory: parts of letters, digits, `_`, `-` and
  /// `+`, joined by single slashes. So no name leaves the directory, is absolute or hidden.
  ///
  /// `posixrules`, `localtime` and the `right/` tree are no zones: the first two change their meaning from machine to
  /// machine, the last counts leap seconds.
  static func isWellFormed(_ name: String) -> Bool {
    let bytes = name.utf8
    guard !bytes.isEmpty, bytes.count <= 100, name != "localtime", name != "posixrules", !name.hasPrefix("right/")
    else { return false }
    var partLength = 0
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "/"):
        guard partLength > 0 else { return false }
        partLength = 0
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "+"):
        partLength += 1
      default: return false
      }
    }
    return partLength > 0
  }

  /// Up to three names within a few edits of `name`, the nearest first; letter case counts for nothing here.
  static func nearest(to name: String, among names: [String]) -> [String] {
    let wanted = Array(name.lowercased().utf8.prefix(60)).map { $0 == 0x20 ? UInt8(ascii: "_") : $0 }
    guard !wanted.isEmpty else { return [] }
    let allowed = max(1, min(4, wanted.count / 4))
    var found: [(distance: Int, name: String)] = []
    for candidate in names {
      let whole = Array(candidate.lowercased().utf8)
      var distance = EditDistance.between(wanted, whole, limit: allowed)
      // "Shanghai" alone names the city of exactly one zone.
      if !wanted.contains(UInt8(ascii: "/")), let slash = whole.lastIndex(of: UInt8(ascii: "/")) {
        distance = min(distance, EditDistance.between(wanted, Array(whole[(slash + 1)...]), limit: allowed))
      }
      if distance <= allowed { found.append((distance, candidate)) }
    }
    found.sort { ($0.distance, $0.name) < ($1.distance, $1.name) }
    let best = found.first?.distance ?? 0
    return found.filter { $0.distance <= best + 1 }.prefix(3).map(\.name)
  }
}

/// How many letters have to be changed, put in, left out or swapped with their neighbour.
enum EditDistance {
  /// The distance, or `limit + 1` where it is more than `limit`.
  static func between(_ left: [UInt8], _ right: [UInt8], limit: Int) -> Int {
    guard abs(left.count - right.count) <= limit else { return limit + 1 }
    var beforeLast = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for row in 0..<left.count {
      var current = [row + 1]
      current.reserveCapacity(right.count + 1)
      for column in 0..<right.count {
        var distance = min(last[column + 1], current[column]) + 1
        distance = min(distance, last[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          distance = min(distance, beforeLast[column - 1] + 1)
        }
        current.append(distance)
      }
      if current.allSatisfy({ $0 > limit }) { return limit + 1 }
      (beforeLast, last) = (last, current)
    }
    return min(last[right.count], limit + 1)
  }
}

/// The text with control characters and excess left out, fit for an error message.
package func printable(_ text: String, limit: Int) -> String {
  var shown = ""
  var count = 0
  for character in text.prefix(limit + 1) {
    guard count < limit else { return shown + "…" }
    let visible = character.unicodeScalars.allSatisfy { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
      default: true
      }
    }
    shown.append(visible ? character : "\u{FFFD}")
    count += 1
  }
  return shown
}
