@testable import Almanac

/// Texts that resemble valid ones, and texts that do not, drawn from a seed.
struct FuzzTexts {
  var generator: SeededGenerator

  init(seed: UInt64) { generator = SeededGenerator(seed: seed) }

  mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &generator) }

  mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[Int.random(in: elements.indices, using: &generator)]
  }

  /// What parsers get wrong: huge numbers, other digits, characters of several bytes or scalars, what ends lines and texts.
  static let awkward = [
    "99999999999999999999", "-9223372036854775808", "9223372036854775807", "4294967296", "0", "-0", "-1", "00000000001",
    "1e9", "٣", "０", "é", "e\u{301}", "\u{301}", "🕐", "👨‍👩‍👧", "漢字", "\u{0}", "\r\n", "\n", "\t", " ", "  ", "", "*", "/",
    "-", ",", "#", "?", "+", "L", "W", "H", "(", ")", ":", ".", "..", "~", "@", ";", "=", "\u{FEFF}", "\u{202E}", "%",
    "10000", "9999", "0000", "2147483648", "Europe/Berlin", "UTC", "MON", "FEB", "\\", "\"",
  ]

  /// A valid text with a few pieces put in, taken out, repeated or exchanged.
  mutating func mutation(of seeds: [String]) -> String {
    var characters = Array(pick(seeds))
    for _ in 0..<number(1...4) {
      let place = number(0...characters.count)
      switch number(0...5) {
      case 0, 1: characters.insert(contentsOf: pick(Self.awkward), at: place)
      case 2 where place < characters.count: characters.remove(at: place)
      case 3 where place < characters.count: characters.replaceSubrange(place...place, with: Array(pick(Self.awkward)))
      case 4:
        let end = min(characters.count, place + number(1...8))
        characters.insert(contentsOf: Array(characters[place..<end]), at: place)
      default:
        let other = Array(pick(seeds))
        characters.replaceSubrange(place..., with: other.suffix(number(0...other.count)))
      }
    }
    // Now and then a text that is far too long.
    if number(0...199) == 0 { return String(repeating: String(characters), count: 500) }
    return String(characters)
  }

  /// Pieces of a grammar in any order.
  mutating func pieces(of grammar: [String]) -> String {
    (0..<number(0...12)).map { _ in pick(grammar) }.joined()
  }
}
