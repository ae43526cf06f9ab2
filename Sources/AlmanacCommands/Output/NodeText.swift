import Almanac

/// Schedulers and their sessions, as text and as JSON.
enum NodeText {
  static func table(_ nodes: [Session], _ time: LocalTime, now: Instant) -> Table {
    var table = Table([
      Table.Column("SESSION", alignment: .right), Table.Column("NODE", narrowest: 12), Table.Column("STATE"),
      Table.Column("RUNS", alignment: .right), Table.Column("QUEUES", narrowest: 8),
      Table.Column("EXECUTORS", narrowest: 9),
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

  static func object(_ node: Session, now: Instant) -> JSONValue {
    [
      "session": .integer(node.epoch.rawValue), "node": .string(node.draft.node), "host": .string(node.draft.host),
      "processID": .integer(Int64(node.draft.processID)), "version": .string(node.draft.version),
      "queues": self.list(node.draft.queues), "executors": self.list(node.draft.executors),
      "running": .integer(Int64(node.draft.running)), "state": .string(self.state(of: node, now: now)),
      "openedAt": .string(node.openedAt.rfc3339()), "renewedAt": .string(node.renewedAt.rfc3339()),
      "expiresAt": .string(node.expiresAt.rfc3339()),
    ]
  }

  private static func list(_ names: [String]?) -> JSONValue { names.map { .array($0.map { .string($0) }) } ?? .null }
}
