import Almanac
import Foundation
import Hummingbird

/// The fields of a request, read one by one, so that whoever is wrong hears of every mistake at once.
struct RequestReader {
  let language: Language
  private let members: [String: JSONValue]
  private(set) var problems: [FieldProblem] = []

  init(_ request: Request, context: some RequestContext) async throws {
    self.language = Language(accepted: request.headers[.acceptLanguage])
    let bytes = try await request.body.collect(upTo: context.maxUploadSize)
    guard let value = try? JSONDecoder().decode(JSONValue.self, from: Data(bytes.readableBytesView)),
      case .object(let members) = value
    else { throw Refusal([FieldProblem(field: "body", kind: .noJSON)], in: self.language) }
    self.members = members
  }

  mutating func name(_ field: String) -> String {
    self.text(field) { RegistrationID.isName($0) ? nil : .noName }
  }

  mutating func text(_ field: String, atMost limit: Int) -> String {
    self.text(field) { text in
      let isControlled = text.unicodeScalars.contains { $0.value < 0x20 || $0.value == 0x7F }
      return text.isEmpty || text.count > limit || isControlled ? .tooLong(limit) : nil
    }
  }

  mutating func language(_ field: String) -> Language {
    guard self.members[field] != nil else { return self.language }
    let text = self.text(field) { Language(rawValue: $0) == nil ? .noLanguage : nil }
    return Language(rawValue: text) ?? self.language
  }

  /// The time and the zone of an exam that is still to come.
  mutating func examTime(now: Instant) -> (local: LocalTime, zone: String)? {
    let text = self.text("time") { LocalTime($0) == nil ? .noTime : nil }
    let zone = self.text("zone") { (try? ZoneDatabase.system.zone($0)) == nil ? .noZone : nil }
    guard let local = LocalTime(text), let rules = try? ZoneDatabase.system.zone(zone) else { return nil }
    if rules.instants(showing: local).isEmpty {
      self.problems.append(FieldProblem(field: "time", kind: .jumpedOver(zone)))
    } else if rules.instant(of: local) <= now {
      self.problems.append(FieldProblem(field: "time", kind: .past))
    }
    return (local, zone)
  }

  /// - Throws: ``Refusal`` where anything was wrong.
  func finish() throws {
    guard self.problems.isEmpty else { throw Refusal(self.problems, in: self.language) }
  }

  private mutating func text(_ field: String, _ check: (String) -> FieldProblem.Kind?) -> String {
    guard let value = self.members[field], value != .null else {
      self.problems.append(FieldProblem(field: field, kind: .missing))
      return ""
    }
    guard case .string(let text) = value else {
      self.problems.append(FieldProblem(field: field, kind: .noText))
      return ""
    }
    if let kind = check(text) { self.problems.append(FieldProblem(field: field, kind: kind)) }
    return text
  }
}
