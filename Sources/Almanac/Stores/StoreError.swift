/// What a store could not do.
public struct StoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kind of trouble; callers branch on it. New kinds may come.
  public struct Code: Hashable, Sendable, CustomStringConvertible {
    private enum Kind: String {
      case unavailable, sessionLost, batchTooLarge, payloadTooLarge, foreignData, newerSchema, readOnly, closed
      case corrupted, unsupported
    }

    private let kind: Kind

    /// The store did not answer, or not in time. What was asked may have happened. Worth trying again.
    public static let unavailable = Code(kind: .unavailable)
    /// The session that a write was made for is dead.
    public static let sessionLost = Code(kind: .sessionLost)
    public static let batchTooLarge = Code(kind: .batchTooLarge)
    public static let payloadTooLarge = Code(kind: .payloadTooLarge)
    /// What is there is not Almanac's.
    public static let foreignData = Code(kind: .foreignData)
    /// What is there was written by a newer version with a schema that this one does not know.
    public static let newerSchema = Code(kind: .newerSchema)
    public static let readOnly = Code(kind: .readOnly)
    /// The store was closed.
    public static let closed = Code(kind: .closed)
    /// What is there is damaged.
    public static let corrupted = Code(kind: .corrupted)
    public static let unsupported = Code(kind: .unsupported)

    public var description: String { self.kind.rawValue }
  }

  public var code: Code
  /// Which store: a path or an address without its secrets.
  public var store: String
  public var message: String

  public init(_ code: Code, store: String, _ message: String) {
    self.code = code
    self.store = store
    self.message = message
  }

  public var description: String { "\(self.message) (store \(self.store), \(self.code))" }

  /// True where trying again later may succeed.
  public var isTransient: Bool { self.code == .unavailable }
}
