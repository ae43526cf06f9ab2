import Almanac

/// Schedulers and their sessions, as text and as JSON.
enum NodeText {
  static func table(_ nodes: [Session], _ time: LocalTime, now: Instant) -> Table {
    var table = Table([
      Table.Column("SESSION", alignment: .right), Table.Column("NODE", narrowest: 12), Table.Column("STATE"),
      Table.Column("RUNS", alignment: .right), Table.Column("QUEUES", narrowest: 8),
      Table.Column("EXECUTORS", narrowest: 9),
      Table.Column("CLOCK", alignment: .right),
      Table.Column("PID", alignment: .right),
      Table.Column("VERSION"), Table.Column("SINCE"), Table.Column("RENEWED"),
    ])
    for node in nodes {
      let state = self.state(of: node, now: now)
      table.add([
        Table.Cell(node.epoch.description), Table.Cell(node.draft.node),
        Table.Cell(state, state == "alive" ? .good : .bad),
        Table.Cell("\(node.draft.running)"), Table.Cell(node.draft.queues.map { $0.joined(separator: " ") } ?? "all"),
        Table.Cell(node.draft.executors.map { $0.joined(separator: " ") } ?? "-"),
        self.clock(of: node),
        Table.Cell("\(node.draft.processID)"), Table.Cell(node.draft.version), Table.Cell(time.text(node.openedAt)),
        Table.Cell(time.text(node.renewedAt)),
      ])
    }
    return table
  }

  /// A session is expired where nobody marked it dead yet; by this machine's clock.
  private static func state(of node: Session, now: Instant) -> String {
    if node.isDead { return "dead" }
    return node.expiresAt < now ? "expired" : "alive"
  }

  /// How far the wall clock of its machine is ahead of the store's clock.
  private static func clock(of node: Session) -> Table.Cell {
    guard let offset = node.draft.clockOffsetMicroseconds else { return Table.Cell("-") }
    let isOff = offset.magnitude > NodeText.tolerance
    return Table.Cell("\(offset < 0 ? "" : "+")\(offset / 1_000)ms", isOff ? .bad : .plain)
  }

  /// In microseconds: what schedulers tolerate unless told otherwise.
  private static let tolerance = SchedulerConfiguration().clockTolerance.components.seconds.magnitude * 1_000_000

  static func object(_ node: Session, now: Instant) -> JSONValue {
    [
      "session": .integer(node.epoch.rawValue), "node": .string(node.draft.node), "host": .string(node.draft.host),
      "processID": .integer(Int64(node.draft.processID)), "version": .string(node.draft.version),
      "queues": self.list(node.draft.queues), "executors": self.list(node.draft.executors),
      "clockOffsetMicroseconds": node.draft.clockOffsetMicroseconds.map { .integer($0) } ?? .null,
      "running": .integer(Int64(node.draft.running)), "state": .string(self.state(of: node, now: now)),
      "openedAt": .string(node.openedAt.rfc3339()), "renewedAt": .string(node.renewedAt.rfc3339()),
      "expiresAt": .string(node.expiresAt.rfc3339()),
    ]
  }

  private static func list(_ names: [String]?) -> JSONValue { names.map { .array($0.map { .string($0) }) } ?? .null }
}
