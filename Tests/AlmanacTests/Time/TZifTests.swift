import Testing

@testable import Almanac

@Suite("TZif files")
struct TZifTests {
  private static let names = [
    "America/New_York", "Europe/Dublin", "Africa/Casablanca", "Asia/Tokyo", "Pacific/Apia", "Etc/UTC", "Asia/Gaza",
  ]

  private func bytes(_ name: String) throws -> [UInt8] {
    try #require(ZoneFile.read(PinnedZones.directory + "/" + name, atMost: ZoneFile.largest))
  }

  @Test("a file that ends too early is refused, at every length")
  func truncation() throws {
    let whole = try bytes("Europe/Dublin")
    for length in 0..<whole.count {
      #expect(throws: TZifError.self) { try TZif.rules(from: Array(whole.prefix(length)), identifier: "X") }
    }
  }

  @Test("flipped bits give rules or an error with a place within the file, never a trap")
  func bitFlips() throws {
    var generator = SeededGenerator(seed: 3)
    for name in Self.names {
      let whole = try bytes(name)
      for _ in 0..<400 {
        var damaged = whole
        for _ in 0..<Int.random(in: 1...4, using: &generator) {
          damaged[.random(in: damaged.indices, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        }
        do {
          let rules = try TZif.rules(from: damaged, identifier: "X")
          var second: Int64 = -3_000_000_000
          for _ in 0..<20 {
            _ = rules.segment(containing: second)
            _ = rules.resolve(second)
            second += 500_000_000
          }
        } catch let error {
          #expect((0...damaged.count).contains(error.offset))
        }
      }
    }
  }

  @Test("huge counts are held against the length of the file before anything is allocated")
  func hugeCounts() throws {
    var file = try bytes("Asia/Tokyo")
    for position in 20..<44 { file[position] = 0x7F }
    #expect(throws: TZifError.self) { try TZif.rules(from: file, identifier: "X") }
    for position in 20..<44 { file[position] = 0xFF }
    #expect(throws: TZifError.self) { try TZif.rules(from: file, identifier: "X") }
  }

  @Test("random bytes are refused")
  func noise() {
    var generator = SeededGenerator(seed: 4)
    for _ in 0..<500 {
      let noise = (0..<Int.random(in: 0...200, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      #expect(throws: TZifError.self) { try TZif.rules(from: noise, identifier: "X") }
      #expect(throws: TZifError.self) { try TZif.rules(from: Array("TZif2".utf8) + noise, identifier: "X") }
    }
  }

  @Test("a file that counts leap seconds is refused by name")
  func leapSeconds() throws {
    guard let file = ZoneFile.read("/usr/share/zoneinfo/right/Europe/Paris", atMost: ZoneFile.largest) else { return }
    do {
      _ = try TZif.rules(from: file, identifier: "right/Europe/Paris")
      Issue.record("accepted")
    } catch {
      #expect(error.description.contains("leap seconds"))
    }
  }

  @Test("version 1 data alone is read")
  func versionOne() throws {
    var file = try bytes("America/New_York")
    file[4] = 0
    let rules = try TZif.rules(from: file, identifier: "America/New_York")
    #expect(rules.offset(atSecond: 1_780_000_000) == -14_400)
  }
}
