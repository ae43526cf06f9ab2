import Foundation
import Testing

@testable import Almanac

@Suite("The project's own trigger cases")
struct OwnCaseTests {
  /// `Tests/Cases`, found from this file's place in the sources.
  private static let directory =
    #filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 } + "/Cases"

  private static let files = ["aps", "crontab", "never", "ocps", "oncalendar", "quartz", "rrule"]

  private static func cases(_ file: String) throws -> [JSONValue] {
    let text = try String(contentsOfFile: "\(directory)/\(file).jsonl", encoding: .utf8)
    return try text.split(separator: "\n").map { try JSONDecoder().decode(JSONValue.self, from: Data($0.utf8)) }
  }

  @Test("are answered as their sources say", arguments: files)
  func hold(file: String) throws {
    var ids: Set<String> = []
    let cases = try Self.cases(file)
    #expect(!cases.isEmpty)
    for json in cases {
      let id = try #require(json["id"]?.stringValue)
      #expect(ids.insert(id).inserted, "\(id) stands twice")
      #expect(json["source"]?.stringValue?.isEmpty == false, "\(id) has no source")
      let answer = try TriggerQuestion(json: json).answer()
      if json["error"] == true {
        #expect(answer["error"]?.stringValue?.isEmpty == false, "\(id) was accepted: \(answer)")
        // A spec that is an object of texts has no single text with columns.
        if json["spec"]?.stringValue != nil { #expect(answer["column"]?.integerValue ?? 0 > 0, "\(id) has no column") }
        continue
      }
      #expect(Self.instants(answer["fires"]) == Self.instants(json["expect"]), "\(id): \(answer)")
      #expect(answer["exhausted"] == json["exhausted"], "\(id): \(answer)")
    }
  }

  private static func instants(_ json: JSONValue?) -> [Instant]? {
    guard case .array(let elements)? = json else { return nil }
    let instants = elements.compactMap { $0.stringValue.flatMap(Instant.init(rfc3339:)) }
    return instants.count == elements.count ? instants : nil
  }

  @Test("hold for every dialect that a question can be in, with times and with errors")
  func complete() throws {
    let all = try Self.files.flatMap(Self.cases)
    let withTimes = Set(all.filter { $0["error"] == nil }.compactMap { $0["dialect"]?.stringValue })
    #expect(withTimes == Set(TriggerQuestion.dialects))
    let withErrors = Set(all.filter { $0["error"] != nil }.compactMap { $0["dialect"]?.stringValue })
    #expect(withErrors.isSuperset(of: ["crontab", "ocps", "quartz", "aps-cron", "oncalendar", "rrule", "aps-date"]))
  }
}
