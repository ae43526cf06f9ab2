// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "exam-reminder",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "almanac", path: "../..", traits: ["SQLite", "PostgreSQL"]),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0", traits: []),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    // What the service is. The executable only reads the environment and starts it.
    .target(
      name: "ExamReminder",
      dependencies: [
        .product(name: "Almanac", package: "almanac"),
        .product(name: "AlmanacSQLite", package: "almanac"),
        .product(name: "AlmanacPostgreSQL", package: "almanac"),
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "AsyncHTTPClient", package: "async-http-client"),
        .product(name: "NIOCore", package: "swift-nio"),
        .product(name: "NIOPosix", package: "swift-nio"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ],
      resources: [.embedInCode("Web/Resources/page.html")]),
    .executableTarget(name: "exam-reminder", dependencies: ["ExamReminder"]),

    // WeChat cannot be reached from a test machine: the same routes, which check every field.
    .target(
      name: "WeChatStandIn",
      dependencies: [
        .product(name: "Hummingbird", package: "hummingbird"),
        .product(name: "Logging", package: "swift-log"),
      ]),
    .executableTarget(name: "wechat-stand-in", dependencies: ["WeChatStandIn"]),

    .testTarget(
      name: "ExamReminderTests",
      dependencies: [
        "ExamReminder",
        "WeChatStandIn",
        .product(name: "AlmanacTesting", package: "almanac"),
        .product(name: "HummingbirdTesting", package: "hummingbird"),
      ]),
  ],
  swiftLanguageModes: [.v6]
)
