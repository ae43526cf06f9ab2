import Almanac
import Foundation
import Testing

@Suite("The stored form says all that the values say")
struct CodingTests {
  @Test("every state of a long life is read back as it was written")
  func statesOfALife() throws {
    for (seed, policies) in WalkTests.combinations.enumerated() where seed % 8 == 0 {
      var walker = Walker(WalkTests.triggers[seed % 3], policies, seed: UInt64(seed))
      for _ in 0..<40 where !walker.follower.isErased {
        walker.step()
        let record = walker.follower.record
        let bytes = try RecordCodec.encode(record.state)
        let state = try RecordCodec.state(from: bytes)
        #expect(state == record.state)
        #expect(try RecordCodec.encode(state) == bytes)
        for row in state.outbox {
          #expect(try RecordCodec.historyRow(from: RecordCodec.encode(row)) == row)
        }
      }
    }
  }

  @Test("every combination of policies is read back as it was written")
  func policies() throws {
    var all = WalkTests.combinations
    for backoff in [
      Backoff.fixed(.milliseconds(3)), .linear(step: .seconds(2), cap: .seconds(9)),
      .exponential(from: .microseconds(1), cap: .microseconds(Int64.max)),
    ] {
      all.append(JobPolicies(retry: RetryPolicy(attempts: 7, backoff: backoff)))
    }
    for policies in all {
      let definition = Workshop.definition(Workshop.every(10), policies)
      #expect(try RecordCodec.definition(from: RecordCodec.encode(definition)).policies == policies)
    }
  }

  @Test(
    "every payload is read back, text or not",
    arguments: ["", "{}", "\u{0}\u{1F}\u{7F}", "\u{FEFF}x", "e\u{301} ≠ é", "\u{2028}🌙\"\\/"].map { Array($0.utf8) }
      + [[0xFF], [0xC3], [0xED, 0xA0, 0x80], Array(0...255)])
  func payloads(payload: [UInt8]) throws {
    let definition = Workshop.definition(.at(Workshop.at(1)), payload: payload)
    #expect(try RecordCodec.definition(from: RecordCodec.encode(definition)).payload == payload)
  }

  @Test(
    "times and numbers are kept to the last of their 64 bits",
    arguments: [Int64.min, -1, 0, 9_007_199_254_740_993, .max])
  func numbers(number: Int64) throws {
    var state = Golden.busy
    state.revision = number
    state.claims = number
    state.nextFire = Instant(microsecondsSinceEpoch: number)
    state.revokedClaims = [number]
    state.unknown = UnknownFields(["n": .integer(number)])
    #expect(try RecordCodec.state(from: RecordCodec.encode(state)) == state)
  }

  @Test("members that have their default may be left out")
  func defaults() throws {
    let definition = try RecordCodec.definition(
      from: #"{"id":"a","incarnation":1,"createdAt":0,"job":"work","payload":"","trigger":{"kind":"at","at":5}}"#.utf8)
    #expect(definition.lane == Lane(jobName: "work") && definition.policies == .default)
    #expect(definition.extras == nil && definition.revision == 1 && definition.profile.payloadCodec == "json")
    let state = try RecordCodec.state(from: #"{"revision":1,"status":"active","since":0}"#.utf8)
    #expect(state == JobState(statusSince: Instant(microsecondsSinceEpoch: 0), nextFire: nil))
  }

  @Test("equal profiles are one object")
  func interned() throws {
    let bytes = try RecordCodec.encode(Golden.full)
    #expect(try RecordCodec.definition(from: bytes).profile === RecordCodec.definition(from: bytes).profile)
  }

  @Test("a long message is cut once: between characters, within the limit, and the same when it is read")
  func messages() throws {
    for prefix in 0..<5 {
      for letter in ["a", "é", "漢", "🌙"] {
        let text = String(repeating: "x", count: prefix) + String(repeating: letter, count: 3_000)
        let failure = Failure(type: "E", message: text)
        #expect(failure.message.utf8.count <= Failure.maximumMessage && failure.message.hasSuffix("…"))
        #expect(text.hasPrefix(failure.message.dropLast()))
        #expect(Failure(type: "E", message: failure.message) == failure)
      }
    }
    let short = String(repeating: "x", count: Failure.maximumMessage)
    #expect(Failure(type: "E", message: short).message == short)
  }

  // MARK: What this version does not know

  /// Puts a member into every object of a JSON value; answers how many there were.
  private func marked(_ json: JSONValue, _ path: String, _ marks: inout Set<String>) -> JSONValue {
    switch json {
    case .object(let members):
      var members = members.mapValues { $0 }
      for (name, value) in members { members[name] = self.marked(value, "\(path)/\(name)", &marks) }
      // A trace context is a map of the user's, not an object of the format.
      if !path.hasSuffix("/trace") {
        members["from-the-future"] = .string(path)
        marks.insert(path)
      }
      return .object(members)
    case .array(let elements):
      return .array(elements.enumerated().map { self.marked($1, "\(path)/\($0)", &marks) })
    default:
      return json
    }
  }

  private func survives(_ bytes: [UInt8], _ rewrite: ([UInt8]) throws -> [UInt8]) throws -> Set<String> {
    var marks: Set<String> = []
    let before = self.marked(try JSONDecoder().decode(JSONValue.self, from: Data(bytes)), "", &marks)
    let written = try rewrite([UInt8](JSONEncoder().encode(before)))
    let after = try JSONDecoder().decode(JSONValue.self, from: Data(written))
    #expect(after == before)
    return marks
  }

  @Test("members that only a newer version knows survive at every level")
  func unknownMembers() throws {
    for (name, _) in Golden.definitions {
      let marks = try self.survives(Golden.bytes(name)) { try RecordCodec.encode(RecordCodec.definition(from: $0)) }
      #expect(marks.isSuperset(of: ["", "/policies", "/trigger"]))
    }
    for (name, _) in Golden.states {
      let marks = try self.survives(Golden.bytes(name)) { try RecordCodec.encode(RecordCodec.state(from: $0)) }
      #expect(marks.contains(""))
      if name == "state-busy" {
        #expect(
          marks.isSuperset(of: [
            "/runs/0", "/runs/1", "/runs/2", "/runs/3", "/counters", "/outbox/0", "/outbox/0/failure", "/outbox/1",
          ]))
      }
    }
    for (name, _) in Golden.rows {
      _ = try self.survives(Golden.bytes(name)) { try RecordCodec.encode(RecordCodec.historyRow(from: $0)) }
    }
  }

  @Test("unknown members survive the transitions of an older version")
  func unknownMembersInTransitions() throws {
    var job = Follower(JobRecord(definition: Golden.full, state: Golden.busy), at: 100)
    job.apply(.resumed(.fromNow))
    job.apply(.ownerLost(Epoch(4)))
    job.apply(Workshop.due(1), at: 3_700)
    job.apply(.modified(Workshop.definition(Workshop.every(60))))
    #expect(
      job.state.unknown == Golden.busy.unknown && job.state.counters.unknownFields == Golden.busy.counters.unknownFields
    )
    #expect(job.state.outbox.starts(with: [Golden.attempt, Golden.fate]))
    #expect(job.record.definition.policies.unknown == Golden.full.policies.unknown)
    #expect(job.record.definition.extras?.unknown == Golden.full.extras?.unknown)
  }

  @Test(
    "a word that this version does not know is an error that names its place, never a guess",
    arguments: [
      ("status", #"{"revision":1,"status":"asleep","since":0}"#),
      ("origin", #"{"revision":1,"status":"active","since":0,"runs":[{"fire":0,"ready":0,"origin":"moon"}]}"#),
      ("outcome", #"{"revision":1,"status":"active","since":0,"outcome":"splendid"}"#),
    ])
  func unknownWords(member: String, text: String) throws {
    let error = #expect(throws: DecodingError.self) { try RecordCodec.state(from: text.utf8) }
    #expect("\(try #require(error))".contains(member))
  }

  // MARK: Damage

  @Test("damaged bytes are an error or a value, never a trap", arguments: 0..<7)
  func damage(number: Int) throws {
    let names = (Golden.definitions.map(\.name), Golden.states.map(\.name), Golden.rows.map(\.name))
    let name = (names.0 + names.1 + names.2)[number]
    let original = try Golden.bytes(name)
    var numbers = SeededNumbers(seed: UInt64(number))
    var readable = 0
    for _ in 0..<600 {
      let bytes = self.damaged(original, &numbers)
      do {
        if names.0.contains(name) {
          let value = try RecordCodec.definition(from: bytes)
          _ = try RecordCodec.definition(from: RecordCodec.encode(value))
        } else if names.1.contains(name) {
          let value = try RecordCodec.state(from: bytes)
          #expect(try RecordCodec.state(from: RecordCodec.encode(value)) == value)
          self.tryAll(value)
        } else {
          let value = try RecordCodec.historyRow(from: bytes)
          #expect(try RecordCodec.historyRow(from: RecordCodec.encode(value)) == value)
        }
        readable += 1
      } catch is DecodingError {
        continue
      }
    }
    #expect(readable > 10 && readable < 600)
  }

  private func damaged(_ original: [UInt8], _ numbers: inout SeededNumbers) -> [UInt8] {
    var bytes = original
    for _ in 0...numbers.below(3) {
      guard !bytes.isEmpty else { break }
      let place = numbers.below(bytes.count)
      switch numbers.below(5) {
      case 0: bytes[place] = UInt8(numbers.below(256))
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(numbers.pick(Array(#"0123456789-.eE"{}[],:tfn\"#.utf8)), at: place)
      case 3: bytes.removeSubrange(place..<min(place + numbers.below(20), bytes.count))
      default:
        // A digit made another, again and again, gives values that are well formed and wild.
        if (0x30...0x39).contains(bytes[place]) { bytes[place] = 0x30 + UInt8(numbers.below(10)) }
      }
    }
    return bytes
  }

  /// A state that was read may be wild, but the machine has an answer to it.
  private func tryAll(_ state: JobState) {
    let record = JobRecord(definition: Golden.full, state: state)
    let events: [RecordEvent] = [
      Workshop.due(0), Workshop.due(2), .ownerLost(Epoch(3)), .resumed(.catchUp), .triggeredByHand(), .skipNext,
      .removed,
    ]
    for event in events { _ = JobMachine.apply(event, to: record, now: Workshop.at(50)) }
  }
}
