import Foundation
import Logging
import WeChatStandIn

// Says on its output what people would read on their phones.
let environment = ProcessInfo.processInfo.environment
var logger = Logger(label: "wechat-stand-in")
logger.logLevel = .error
let standIn = StandIn()
let application = standIn.application(
  port: environment["PORT"].flatMap { Int($0) } ?? 8090, logger: logger,
  onSent: { message in
    let values = message.values.sorted { $0.key < $1.key }.map(\.value).joined(separator: " | ")
    // Not by `print`, which keeps lines back where the output is no terminal.
    FileHandle.standardOutput.write(Data("WeChat message \(message.number) to \(message.openID): \(values)\n".utf8))
  })
try await application.runService()
