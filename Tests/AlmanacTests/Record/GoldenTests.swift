import Almanac
import Testing

@Suite("What the first version stored is read, and written back byte by byte")
struct GoldenTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test("definitions", arguments: Golden.definitions.map(\.name))
  func definition(name: String) throws {
    let value = try #require(Golden.definitions.first { $0.name == name }?.value)
    #expect(self.text(try RecordCodec.encode(value)) == self.text(try Golden.bytes(name)))
    let read = try RecordCodec.definition(from: Golden.bytes(name))
    #expect(read.parts == value.parts)
    #expect(read.policies == value.policies)
    #expect(read.trigger == value.trigger)
    #expect(read.extras?.unknown == value.extras?.unknown)
    #expect(try RecordCodec.encode(read) == Golden.bytes(name))
  }

  @Test("states", arguments: Golden.states.map(\.name))
  func state(name: String) throws {
    let value = try #require(Golden.states.first { $0.name == name }?.value)
    #expect(self.text(try RecordCodec.encode(value)) == self.text(try Golden.bytes(name)))
    let read = try RecordCodec.state(from: Golden.bytes(name))
    #expect(read == value)
    #expect(try RecordCodec.encode(read) == Golden.bytes(name))
  }

  @Test("rows of history", arguments: Golden.rows.map(\.name))
  func row(name: String) throws {
    let value = try #require(Golden.rows.first { $0.name == name }?.value)
    #expect(self.text(try RecordCodec.encode(value)) == self.text(try Golden.bytes(name)))
    let read = try RecordCodec.historyRow(from: Golden.bytes(name))
    #expect(read == value)
    #expect(try RecordCodec.encode(read) == Golden.bytes(name))
  }
}
