// swift-tools-version: 6.2
import PackageDescription

let package = Package(
  name: "cluster",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(name: "almanac", path: "../..", traits: ["PostgreSQL"]),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(
      name: "cluster",
      dependencies: [
        .product(name: "Almanac", package: "almanac"),
        .product(name: "AlmanacPostgreSQL", package: "almanac"),
        .product(name: "Logging", package: "swift-log"),
        .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
