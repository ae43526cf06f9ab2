import Almanac
import Foundation
import Testing

@Suite("The quick way to write and read the stored form is the thorough one, only quicker")
struct QuickCodingTests {
  /// What it leaves to the thorough way is not there.
  private func isUsual(_ state: JobState) -> Bool {
    state.dead.isEmpty && state.outbox.isEmpty && state.unknown.isEmpty && state.counters.unknownFields.isEmpty
      && state.runs.allSatisfy { $0.unknown.isEmpty && $0.claim?.progress == nil }
  }

  // MARK: Writing

  @Test("definitions, states and rows are written to the same bytes")
  func written() throws {
    for (_, value) in Golden.definitions {
      let isUsual = value.extras?.unknown.isEmpty ?? true
      let expected = isUsual ? try RecordCodec.thoroughBytes(value) : nil
      #expect(RecordCodec.quickBytes(value) == expected)
    }
    for (_, value) in Golden.states {
      let expected = self.isUsual(value) ? try RecordCodec.thoroughBytes(value) : nil
      #expect(RecordCodec.quickBytes(value) == expected)
    }
    for (_, value) in Golden.rows {
      let expected = try RecordCodec.thoroughBytes(value)
      #expect(RecordCodec.quickBytes(value) ?? expected == expected)
    }
  }

  @Test("so is every state of a long life, and every combination of policies, and all are read back")
  func life() throws {
    var usual = 0
    for (seed, policies) in WalkTests.combinations.enumerated() where seed % 8 == 1 {
      let definition = Workshop.definition(Workshop.every(10), policies)
      let bytes = try #require(RecordCodec.quickBytes(definition))
      #expect(try bytes == RecordCodec.thoroughBytes(definition))
      // Twice: at first its profile is not known.
      for _ in 0..<2 {
        let read = try #require(RecordCodec.quickDefinition(from: bytes))
        #expect(read.saysTheSame(as: definition) && read.parts == definition.parts)
      }
      var walker = Walker(WalkTests.triggers[seed % 3], policies, seed: UInt64(seed))
      for _ in 0..<40 where !walker.follower.isErased {
        walker.step()
        var state = walker.follower.record.state
        for row in state.outbox {
          guard let bytes = RecordCodec.quickBytes(row) else { continue }
          #expect(try bytes == RecordCodec.thoroughBytes(row))
          #expect(try #require(RecordCodec.quickRow(from: bytes)) == row)
        }
        // As stores write it that take the outbox to the history at once.
        state.outbox = []
        state.outboxDueAt = nil
        guard self.isUsual(state) else { continue }
        usual += 1
        let bytes = try #require(RecordCodec.quickBytes(state))
        #expect(try bytes == RecordCodec.thoroughBytes(state))
        #expect(try #require(RecordCodec.quickState(from: bytes)) == state)
      }
    }
    #expect(usual > 100)
  }

  @Test(
    "names are put in the same order, and texts escaped in the same way",
    arguments: [
      ["a", "aa", "aaaaaaaa", "aaaaaaaab", "A", "Z", "z", "_", "a1", "a10", "a2", "0", "é", "e", "漢", "🌙", "\u{FFFD}"],
      ["\u{0}", "\u{1}\u{8}\t\n\u{B}\u{C}\r\u{1F}", "\"", "\\", "/", "\u{7F}\u{80}", "\u{2028}\u{2029}", "</a>", ""],
    ])
  func namesAndTexts(texts: [String]) throws {
    let trace = Dictionary(uniqueKeysWithValues: texts.map { ($0, $0) })
    for text in texts {
      let state = JobState(note: text, statusSince: .distantPast, nextFire: .distantFuture)
      let stateBytes = try #require(RecordCodec.quickBytes(state))
      #expect(try stateBytes == RecordCodec.thoroughBytes(state))
      #expect(try #require(RecordCodec.quickState(from: stateBytes)) == state)
      let definition = JobDefinition(
        id: JobID(text), incarnation: .min, createdAt: .distantPast, payload: Array(text.utf8),
        trigger: .at(Instant.distantFuture),
        profile: JobProfile(lane: Lane(jobName: text), tags: texts, title: text, nameAliases: texts),
        extras: JobExtras(traceContext: trace))
      let bytes = try #require(RecordCodec.quickBytes(definition))
      let expected = try RecordCodec.thoroughBytes(definition)
      #expect(String(decoding: bytes, as: UTF8.self) == String(decoding: expected, as: UTF8.self))
      let read = try RecordCodec.definition(from: bytes)
      #expect(read.saysTheSame(as: definition) && read.extras?.traceContext == trace)
    }
  }

  // MARK: Reading

  @Test("what is stored as it should be is read to the same value")
  func read() throws {
    for (name, value) in Golden.definitions where value.extras?.unknown.isEmpty ?? true {
      let bytes = try Golden.bytes(name)
      let read = RecordCodec.quickDefinition(from: bytes)
      let written = try read.map { try RecordCodec.thoroughBytes($0) }
      #expect(written ?? bytes == bytes, "\(name)")
    }
    for (name, value) in Golden.states {
      let read = RecordCodec.quickState(from: try Golden.bytes(name))
      #expect(read == (self.isUsual(value) ? value : nil), "\(name)")
    }
    for (name, value) in Golden.rows {
      let read = RecordCodec.quickRow(from: try Golden.bytes(name))
      #expect(read ?? value == value, "\(name)")
    }
  }

  @Test("any order, white space and nulls are read")
  func loose() throws {
    let text = #"""
       { "since" : 5 ,"status":"active",
        "revision":1, "runs" : [ ] , "counters":{ }, "note":null, "zoneData":"\/\n" }
      """#
    let state = try #require(RecordCodec.quickState(from: Array(text.utf8)))
    let expected = try RecordCodec.thoroughValue(JobState.self, Array(text.utf8))
    #expect(state == expected && state.zoneData == "/\n")
  }

  @Test(
    "what is out of the way is left to the thorough way",
    arguments: [
      #"{"revision":1,"revision":2,"status":"active","since":0}"#, #"{"revision":1.0,"status":"active","since":0}"#,
      #"{"revision":01,"status":"active","since":0}"#, #"{"revision":-0,"status":"active","since":0}"#,
      #"{"revision":9223372036854775808,"status":"active","since":0}"#,
      #"{"revision":1e3,"status":"active","since":0}"#, #"{"revision":1,"status":"\u0061ctive","since":0}"#,
      #"{"revision":1,"status":"active","since":0,}"#, #"{"revision":1,"status":"active","since":0} x"#,
      #"{"revision":1,"status":"active"}"#, "", "[]", "{", #"{"a"#, #"{"revision":tru"#, #"{"revision":-}"#,
      "\u{FEFF}{}",
      #"{"revision":1,"status":"active","since":0,"note":"\x"}"#, #"{"revision":1,"status":"asleep","since":0}"#,
      #"{"revision":1,"status":"active","since":0,"new":0}"#, #"{"revision":1,"status":"active","since":0,"note":7}"#,
      #"{"revision":1,"status":"active","since":0,"runs":{}}"#, String(repeating: "[", count: 100_000),
    ])
  func outOfTheWay(text: String) {
    #expect(RecordCodec.quickState(from: Array(text.utf8)) == nil)
  }

  @Test("bytes that are no text are left to the thorough way")
  func noText() {
    let bytes = Array(#"{"revision":1,"status":"active","since":0,"note":""#.utf8) + [0xFF] + Array(#""}"#.utf8)
    #expect(RecordCodec.quickState(from: bytes) == nil)
  }

  @Test("of damaged bytes it reads what the thorough way reads, or leaves them to it", arguments: 0..<4)
  func damage(number: Int) throws {
    let claim = Claim(number: 3, owner: Epoch(4), batch: 5, at: Workshop.at(6))
    let state = JobState(
      revision: 17, note: "a \"note\"", statusSince: Workshop.at(1), nextFire: Workshop.at(2),
      runs: [
        Run(fireTime: Workshop.at(3), phase: .claimed(claim)),
        Run(fireTime: Workshop.at(4), attempt: 2, phase: .waiting(until: Workshop.at(9))),
      ], claims: 3, revokedClaims: [1, 2], counters: RunCounters(started: 3), lastOutcome: .failed)
    let original = try #require(RecordCodec.quickBytes(state))
    var numbers = SeededNumbers(seed: UInt64(number + 100))
    var quick = 0
    for _ in 0..<800 {
      var bytes = original
      for _ in 0...numbers.below(2) {
        let place = numbers.below(bytes.count)
        switch numbers.below(4) {
        case 0: bytes[place] = UInt8(numbers.below(256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(numbers.pick(Array(#"0123456789-.eE"{}[],:tfn\"#.utf8)), at: place)
        default: if (0x30...0x39).contains(bytes[place]) { bytes[place] = 0x30 + UInt8(numbers.below(10)) }
        }
      }
      guard let value = RecordCodec.quickState(from: bytes) else { continue }
      quick += 1
      #expect(try RecordCodec.thoroughValue(JobState.self, bytes) == value)
    }
    #expect(quick > 10)
  }
}
