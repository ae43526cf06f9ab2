#if CommandLine
import Almanac
import ArgumentParser
import Logging

/// How results are written.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
  case text
  /// One JSON object a line; for a single thing, one over several lines.
  case json
}

struct FormatOptions: ParsableArguments {
  @Option(help: "How results are written: text, or json for one JSON object a line.")
  var format = OutputFormat.text
}

struct ZoneOptions: ParsableArguments {
  @Option(
    name: .customLong("tz"),
    help: ArgumentHelp("The time zone in which times are shown; the machine's own if not given.", valueName: "zone"))
  var zone: String?

  func rules() throws -> ZoneRules { try ZoneOptions.named(self.zone) }

  /// The zone of this name; the machine's own for nil.
  static func named(_ name: String?) throws -> ZoneRules {
    guard let name else { return LocalTime.system }
    do {
      return try ZoneDatabase.system.zone(name)
    } catch {
      throw CommandFailure(.usage, "\(error)")
    }
  }
}

struct StoreOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The store, such as sqlite:almanac.sqlite. If not given: what --config says, else $ALMANAC_STORE, else \(StoreAddress.fallback).",
      valueName: "url"))
  var store: String?

  @Option(help: ArgumentHelp("A configuration file whose store is to be used.", valueName: "file"))
  var config: String?

  /// The store that the command is about.
  func address() throws -> StoreAddress {
    guard self.store == nil, let path = self.config else { return try StoreOptions.address(self.store, file: nil) }
    return try StoreOptions.address(nil, file: (try ConfigLoading.read(path), Files.directory(of: path)))
  }

  /// - Parameters:
  ///   - given: what the command line says.
  ///   - file: a configuration file and the directory that it lies in.
  static func address(_ given: String?, file: (config: ConfigFile, directory: String)?) throws -> StoreAddress {
    do throws(SyntaxProblem) {
      if let given { return try StoreAddress(given) }
      if let file, let store = file.config.store { return try StoreAddress(store).resolved(in: file.directory) }
      if let store = ProcessEnvironment.variable("ALMANAC_STORE"), !store.isEmpty { return try StoreAddress(store) }
      let fallback = try StoreAddress(StoreAddress.fallback)
      return file.map { fallback.resolved(in: $0.directory) } ?? fallback
    } catch {
      throw CommandFailure(.usage, error.message)
    }
  }

  /// Calls the body with a scheduler that is not run: it works on the store beside those that do.
  ///
  /// - Parameter creating: whether a store that is not there is made.
  func withScheduler<Result>(creating: Bool = false, _ body: (Scheduler) async throws -> Result) async throws -> Result
  {
    let store = try self.address().open(creating: creating)
    let scheduler = Scheduler(store: store, logger: QuietLogger.make(level: .error))
    let result: Result
    do {
      result = try await body(scheduler)
    } catch {
      await store.close()
      throw error
    }
    await store.close()
    return result
  }
}

/// The store that is asked, and how its answers are shown.
struct ViewOptions: ParsableArguments {
  @OptionGroup var store: StoreOptions
  @OptionGroup var zone: ZoneOptions
  @OptionGroup var output: FormatOptions

  /// Calls the body with a scheduler that is not run, and with the zone that times are shown in.
  func withScheduler(_ body: (Scheduler, LocalTime) async throws -> Void) async throws {
    let time = LocalTime(zone: try self.zone.rules())
    try await self.store.withScheduler { try await body($0, time) }
  }
}

/// Log lines go to standard error: standard output is for results.
enum QuietLogger {
  static func make(level: Logger.Level) -> Logger {
    var logger = Logger(label: "almanac") { StreamLogHandler.standardError(label: $0) }
    logger.logLevel = level
    return logger
  }
}

enum ConfigLoading {
  static func read(_ path: String) throws -> ConfigFile {
    let text = try Files.read(path)
    let shown = path == "-" ? "<standard input>" : path
    return try ConfigReader.read(text, path: shown, directory: Files.directory(of: path))
  }
}
#endif
