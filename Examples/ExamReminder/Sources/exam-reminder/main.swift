import AsyncHTTPClient
import ExamReminder
import Foundation
import Logging

var logger = Logger(label: "exam-reminder")
logger.logLevel = .notice

do {
  let configuration = try Configuration(environment: ProcessInfo.processInfo.environment)
  let http = HTTPClient(eventLoopGroupProvider: .singleton, configuration: WeChatClient.configuration)
  do {
    let weChat = WeChatClient(
      http: http, baseURL: configuration.weChatURL, appID: configuration.appID, secret: configuration.secret)
    try await ExamReminderService(configuration, messages: weChat, logger: logger).run()
    try await http.shutdown()
  } catch {
    try? await http.shutdown()
    throw error
  }
} catch {
  FileHandle.standardError.write(Data("error: \(error)\n".utf8))
  exit(1)
}
