import Almanac

/// Says something; a job whose code needs nothing but its own values.
public struct Greeting: Job {
  public static let jobName = "greeting"
  public var name: String

  public init(name: String) { self.name = name }

  public func run(in context: JobContext) async throws {
    print("\(context.fireTime): hello, \(self.name)")
  }
}
