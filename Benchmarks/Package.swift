// swift-tools-version: 6.2
import PackageDescription

// A package of its own, so that nobody who uses Almanac resolves or builds it.
let package = Package(
  name: "almanac-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "almanac", path: "..", traits: ["SQLite", "PostgreSQL", "MySQL", "Processes"]),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
  ],
  targets: [
    .target(name: "CMeasure"),
    .executableTarget(
      name: "almanac-bench",
      dependencies: [
        "CMeasure",
        .product(name: "Almanac", package: "almanac"),
        .product(name: "AlmanacMySQL", package: "almanac"),
        .product(name: "AlmanacPostgreSQL", package: "almanac"),
        .product(name: "AlmanacSQLite", package: "almanac"),
        .product(name: "AlmanacProcesses", package: "almanac"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: [.enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("MemberImportVisibility")]),
  ],
  swiftLanguageModes: [.v6]
)
