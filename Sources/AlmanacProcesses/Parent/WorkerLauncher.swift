#if Processes
import Almanac
import CAlmanacWorker
import Subprocess

#if canImport(System)
import System
#else
import SystemPackage
#endif

/// How the process of a worker ended.
enum WorkerEnd: Hashable, Sendable {
  case exited(Int32)
  case signaled(Int32)
  /// It did not begin; the system's words.
  case notBegun(String)
}

/// Begins the processes of workers and reaps them.
struct WorkerLauncher: Sendable {
  let configuration: WorkerConfiguration

  /// Begins a worker whose standard input is the given socket, and its output the given pipe. Both belong to the launcher from now on.
  ///
  /// The process is not reaped before `gate` opens: until then its number, and that of its group, names nobody else, so it can be killed.
  ///
  /// - Parameters:
  ///   - begun: told the process, and on Linux a descriptor that is readable when it has ended. It is closed after the gate has opened.
  ///   - ended: told once, after the process was reaped, or where there never was one.
  func launch(
    input: Int32, output: Int32, gate: Gate,
    begun: @escaping @Sendable (_ process: Int32, _ descriptor: Int32?) -> Void,
    ended: @escaping @Sendable (WorkerEnd) -> Void
  ) {
    let configuration = self.subprocess
    // Before many tasks that wait for their turn: as long as a worker is not there, a run waits for it.
    Task(priority: .high) {
      do {
        let result = try await Subprocess.run(
          configuration,
          input: .fileDescriptor(FileDescriptor(rawValue: input), closeAfterSpawningProcess: true),
          output: .fileDescriptor(FileDescriptor(rawValue: output), closeAfterSpawningProcess: true),
          error: .combinedWithOutput
        ) { execution in
          begun(execution.processIdentifier.value, Self.descriptor(of: execution.processIdentifier))
          await gate.wait()
        }
        switch result.terminationStatus {
        case .exited(let status): ended(.exited(Int32(status)))
        case .signaled(let number): ended(.signaled(Int32(number)))
        }
      } catch {
        ended(.notBegun(VisibleText.line(String(describing: error))))
      }
    }
  }

  private var subprocess: Subprocess.Configuration {
    var options = PlatformOptions()
    // A group of its own: it is killed with all that it has begun.
    options.processGroupID = 0
    var changes: [Subprocess.Environment.Key: String?] = [:]
    for (name, value) in self.configuration.environment {
      if let key = Subprocess.Environment.Key(rawValue: name) { changes[key] = value }
    }
    if let key = Subprocess.Environment.Key(rawValue: WireProtocol.variable) {
      changes[key] = "\(WireProtocol.version)"
    }
    let path = self.configuration.executable ?? Self.ownExecutable
    return Subprocess.Configuration(
      executable: .path(FilePath(path)),
      // The name that people see in a list of processes.
      arguments: Arguments(
        executablePathOverride: self.configuration.executable ?? CommandLine.arguments.first ?? path,
        remainingValues: self.configuration.arguments),
      environment: .inherit.updating(changes), platformOptions: options)
  }

  private static let ownExecutable: String = {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 4_096) { room in
      guard let start = room.baseAddress, almanac_worker_executable(start, room.count) == 0 else {
        return CommandLine.arguments.first ?? ""
      }
      return String(cString: start)
    }
  }()

  private static func descriptor(of process: ProcessIdentifier) -> Int32? {
    #if os(Linux)
    process.processDescriptor >= 0 ? process.processDescriptor : nil
    #else
    nil
    #endif
  }
}
#endif
