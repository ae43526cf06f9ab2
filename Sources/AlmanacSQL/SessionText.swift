import Almanac
import Foundation

/// The stored form of what a scheduler says of itself.
package enum SessionText {
  package static func of(_ draft: SessionDraft) throws -> String {
    String(decoding: try JSONEncoder().encode(draft), as: UTF8.self)
  }

  /// A session whose draft cannot be read is listed all the same: its runs have to be taken back one day.
  package static func draft(of text: String) -> SessionDraft {
    (try? JSONDecoder().decode(SessionDraft.self, from: Data(text.utf8)))
      ?? SessionDraft(
        node: "unreadable", host: "", processID: 0, version: "", queues: nil, running: 0, lifetime: .zero)
  }
}
