// The example of README.md; a test holds the two to the same text.
// snippet.hide
import Almanac
import AlmanacSQLite
import Foundation

let examDate = Date().addingTimeInterval(7 * 86_400)

func sendWeChatMessage(to openID: String, about exam: String, key: String) async throws {
  print("would send to \(openID) about \(exam), once for \(key)")
}
// snippet.show
struct ExamReminder: Job {
  static let jobName = "exam-reminder"
  var openID: String
  var exam: String

  func run(in context: JobContext) async throws {
    try await sendWeChatMessage(to: openID, about: exam, key: "\(context.jobID) \(context.token)")
  }
}

let scheduler = Scheduler(store: try SQLiteStore(path: "jobs.sqlite"))
scheduler.register(ExamReminder.self)

try await scheduler.add(
  ExamReminder(openID: "oX1", exam: "CET-6"),
  trigger: .at(examDate.addingTimeInterval(-86_400)),
  id: "exam-42/oX1", onConflict: .replace,
  policies: JobPolicies(retry: RetryPolicy(attempts: 5), timeout: .seconds(30)))

try await scheduler.run()
// snippet.hide
