/// The name of a job, unique within its store and namespace.
///
/// An id is chosen by the user ("exam-42/oX1") so that adding the same job again can be recognised, or made by
/// ``unique()``. Two ids are the same where their bytes are, as in every database; text that merely looks the same (a letter with an accent,
/// written as one character or as two) is another id. An id holds 1 to 255 bytes of UTF-8 without control characters; this is checked where a job is added, so
/// that an id can be written as a literal.
public struct JobID: Hashable, Comparable, Sendable, Codable, ExpressibleByStringInterpolation, CustomStringConvertible
{
  public let rawValue: String

  public init(_ rawValue: String) {
    self.rawValue = rawValue
  }

  public init(stringLiteral value: String) {
    self.rawValue = value
  }

  public init(from decoder: any Decoder) throws {
    self.rawValue = try decoder.singleValueContainer().decode(String.self)
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(self.rawValue)
  }

  /// The most bytes of UTF-8 that an id may hold; MySQL's index limit is the narrowest of the stores'.
  public static let maximumLength = 255

  /// A new id of 26 letters and digits that nobody else makes (128 random bits).
  public static func unique() -> JobID {
    var generator = SystemNumbers(expecting: 3)
    return JobID.unique(using: &generator)
  }

  package static func unique(using generator: inout some RandomNumberGenerator) -> JobID {
    // Crockford's alphabet: no letter is taken for a digit when an operator reads an id aloud.
    let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    var bits: UInt64 = 0
    var text: [UInt8] = []
    text.reserveCapacity(26)
    for position in 0..<26 {
      if position % 12 == 0 { bits = generator.next() }
      text.append(alphabet[Int(bits & 31)])
      bits >>= 5
    }
    return JobID(String(decoding: text, as: UTF8.self))
  }

  /// What is wrong with this id, or nil where it may be used.
  package var problem: String? {
    if self.rawValue.isEmpty { return "a job id may not be empty" }
    let length = self.rawValue.utf8.count
    if length > JobID.maximumLength {
      return "a job id may hold \(JobID.maximumLength) bytes of UTF-8, this one has \(length)"
    }
    if self.rawValue.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F }) {
      return "a job id may not hold control characters"
    }
    return nil
  }

  public var description: String { self.rawValue }

  public static func == (left: JobID, right: JobID) -> Bool {
    // Equal text is nearly always equal bytes, and the standard library compares those fastest; Swift's own equality of
    // strings would also hold for bytes that differ.
    left.rawValue == right.rawValue && left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
  }

  public func hash(into hasher: inout Hasher) {
    // Equal ids are equal strings, so the string's own hash serves.
    hasher.combine(self.rawValue)
  }

  /// Ids are ordered by their bytes, as databases order them.
  public static func < (left: JobID, right: JobID) -> Bool {
    left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
  }
}
