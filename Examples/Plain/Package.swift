// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "plain",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "almanac", path: "../..", traits: ["SQLite"]),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(name: "Greetings", dependencies: [.product(name: "Almanac", package: "almanac")]),
    .executableTarget(
      name: "plain",
      dependencies: [
        "Greetings",
        .product(name: "AlmanacSQLite", package: "almanac"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    .testTarget(
      name: "PlainTests", dependencies: ["Greetings", .product(name: "AlmanacTesting", package: "almanac")]),
  ],
  swiftLanguageModes: [.v6]
)
