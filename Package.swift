// swift-tools-version: 6.2
import PackageDescription

// A trait is a thing a user chooses. What a trait needs is fetched and built only where the trait is on, so that a
// package that embeds the core with `traits: []` resolves the core's few small dependencies and nothing else.
let package = Package(
  name: "almanac",
  platforms: [.macOS(.v15), .iOS(.v18), .tvOS(.v18), .watchOS(.v11), .visionOS(.v2)],
  products: [
    .library(name: "Almanac", targets: ["Almanac"]),
    .library(name: "AlmanacSQLite", targets: ["AlmanacSQLite"]),
    .library(name: "AlmanacPostgreSQL", targets: ["AlmanacPostgreSQL"]),
    .library(name: "AlmanacMySQL", targets: ["AlmanacMySQL"]),
    .library(name: "AlmanacProcesses", targets: ["AlmanacProcesses"]),
    .library(name: "AlmanacTesting", targets: ["AlmanacTesting"]),
    .library(name: "AlmanacCommands", targets: ["AlmanacCommands"]),
    .executable(name: "almanac", targets: ["almanac"]),
  ],
  traits: [
    .trait(name: "SQLite", description: "The embedded store, on GRDB and the system's libsqlite3."),
    .trait(name: "PostgreSQL", description: "The store on PostgreSQL, on the system's libpq."),
    .trait(name: "MySQL", description: "The store on MariaDB and MySQL, on the system's libmariadb."),
    .trait(
      name: "CommandLine", description: "The almanac command line and its daemon.", enabledTraits: ["SQLite"]),
    .trait(name: "Processes", description: "Runs in worker processes, which may crash without taking others along."),
    .default(enabledTraits: ["SQLite", "CommandLine", "Processes"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
    .package(url: "https://github.com/apple/swift-service-context", from: "1.5.1"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
  ],
  targets: [
    .target(name: "CAlmanacAlarm"),
    .target(name: "CAlmanacThread"),
    .target(
      name: "Almanac",
      dependencies: [
        "CAlmanacAlarm",
        "CAlmanacThread",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Metrics", package: "swift-metrics"),
        .product(name: "Tracing", package: "swift-distributed-tracing"),
        .product(name: "Instrumentation", package: "swift-distributed-tracing"),
        .product(name: "ServiceContextModule", package: "swift-service-context"),
        .product(name: "HeapModule", package: "swift-collections"),
        .product(name: "DequeModule", package: "swift-collections"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ]),
    // What stores on SQL share. It needs no database.
    .target(
      name: "AlmanacSQL",
      dependencies: ["Almanac", .product(name: "DequeModule", package: "swift-collections")]),
    .target(
      name: "AlmanacSQLite",
      dependencies: [
        "Almanac",
        "AlmanacSQL",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
      ]),
    .target(name: "CAlmanacWorker"),
    .target(
      name: "AlmanacProcesses",
      dependencies: [
        "Almanac",
        "CAlmanacThread",
        "CAlmanacWorker",
        .product(name: "Logging", package: "swift-log"),
        .product(name: "Subprocess", package: "swift-subprocess", condition: .when(traits: ["Processes"])),
      ]),
    .systemLibrary(
      name: "CPostgreSQL", pkgConfig: "libpq",
      providers: [.apt(["libpq-dev"]), .brew(["libpq"]), .yum(["libpq-devel"])]),
    .target(
      name: "AlmanacPostgreSQL",
      dependencies: [
        "Almanac",
        "AlmanacSQL",
        .target(name: "CPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
      ]),
    .systemLibrary(
      name: "CMariaDB", pkgConfig: "libmariadb",
      providers: [.apt(["libmariadb-dev"]), .brew(["mariadb-connector-c"]), .yum(["mariadb-connector-c-devel"])]),
    .target(
      name: "AlmanacMySQL",
      dependencies: [
        "Almanac",
        "AlmanacSQL",
        .target(name: "CMariaDB", condition: .when(traits: ["MySQL"])),
      ]),
    .target(name: "AlmanacTesting", dependencies: ["Almanac"]),
    .target(
      name: "AlmanacCommands",
      dependencies: [
        "Almanac",
        "AlmanacSQL",
        .target(name: "AlmanacMySQL", condition: .when(traits: ["MySQL"])),
        .target(name: "AlmanacPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
        .target(name: "AlmanacSQLite", condition: .when(traits: ["SQLite"])),
        .product(
          name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["CommandLine"])),
        .product(name: "Yams", package: "Yams", condition: .when(traits: ["CommandLine"])),
        .product(name: "Subprocess", package: "swift-subprocess", condition: .when(traits: ["CommandLine"])),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
        .product(name: "UnixSignals", package: "swift-service-lifecycle"),
      ]),
    .executableTarget(name: "almanac", dependencies: ["AlmanacCommands"]),
    .executableTarget(name: "almanac-simulate", dependencies: ["AlmanacTesting"]),
    // How many tests run at once, for all test targets: they are one program.
    .target(name: "CTestWidth", path: "Tests/CTestWidth"),
    .testTarget(
      name: "AlmanacTests", dependencies: ["Almanac", "AlmanacTesting", "CTestWidth"], exclude: ["Record/Fixtures"]),
    .testTarget(name: "AlmanacTestingTests", dependencies: ["Almanac", "AlmanacTesting"]),
    .target(name: "AlmanacStoreScenes", dependencies: ["Almanac"], path: "Tests/AlmanacStoreScenes"),
    .testTarget(
      name: "AlmanacSQLiteTests",
      dependencies: ["AlmanacSQLite", "AlmanacSQL", "AlmanacStoreScenes", "AlmanacTesting"]),
    .testTarget(
      name: "AlmanacPostgreSQLTests",
      dependencies: ["AlmanacPostgreSQL", "AlmanacSQL", "AlmanacStoreScenes", "AlmanacTesting"]),
    .testTarget(
      name: "AlmanacMySQLTests",
      dependencies: ["AlmanacMySQL", "AlmanacSQL", "AlmanacStoreScenes", "AlmanacTesting"]),
    // What the tests of worker processes start: a program that is a worker, a parent, or its own torture.
    .executableTarget(
      name: "almanac-worker-fixture",
      dependencies: [
        "AlmanacProcesses",
        "AlmanacTesting",
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/AlmanacWorkerFixture"),
    .testTarget(
      name: "AlmanacProcessesTests",
      dependencies: ["AlmanacProcesses", "AlmanacTesting", "almanac-worker-fixture"]),
    // What the torture of a cluster starts, kills and stops: a program that embeds a scheduler on a store that others share.
    .executableTarget(
      name: "almanac-cluster-fixture",
      dependencies: [
        "Almanac",
        .target(name: "AlmanacMySQL", condition: .when(traits: ["MySQL"])),
        .target(name: "AlmanacPostgreSQL", condition: .when(traits: ["PostgreSQL"])),
        .target(name: "AlmanacSQLite", condition: .when(traits: ["SQLite"])),
        .product(name: "Logging", package: "swift-log"),
      ],
      path: "Tests/AlmanacClusterFixture"),
    .testTarget(name: "AlmanacCommandsTests", dependencies: ["AlmanacCommands", "AlmanacTesting"]),
  ],
  swiftLanguageModes: [.v6]
)

let isSwift = { (target: Target) in
  target.type != .system && !["CAlmanac", "CTest"].contains(where: target.name.hasPrefix)
}
for target in package.targets where isSwift(target) {
  target.swiftSettings =
    (target.swiftSettings ?? []) + [
      .enableUpcomingFeature("ExistentialAny"),
      .enableUpcomingFeature("MemberImportVisibility"),
    ]
}
