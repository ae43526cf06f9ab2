import Synchronization

/// The changes that one listener has not read yet.
///
/// A buffer of the newest or oldest changes would lose some; here nothing that matters is: of several wakes the earliest says all,
/// and a cancel that is told twice is one. So the buffer is bounded by the number of runs that were told to stop, and by a limit
/// beyond which the oldest goes: its owner learns of it at its next renewal.
final class ChangeMailbox: Sendable {
  private struct State {
    var wake: Instant?
    var others: [StoreChange] = []
    var readers: [Int: CheckedContinuation<StoreChange?, Never>] = [:]
    var nextReader = 0
    var isClosed = false

    mutating func take() -> StoreChange? {
      if let wake {
        self.wake = nil
        return .wake(at: wake)
      }
      return self.others.isEmpty ? nil : self.others.removeFirst()
    }
  }

  private let state = Mutex(State())
  private static let limit = 1_024

  func post(_ change: StoreChange) {
    let delivery = self.state.withLock { state -> (CheckedContinuation<StoreChange?, Never>, StoreChange)? in
      guard !state.isClosed else { return nil }
      switch change {
      case .wake(let instant):
        state.wake = min(state.wake ?? instant, instant)
      case .cancel:
        if !state.others.contains(change) { state.others.append(change) }
        if state.others.count > ChangeMailbox.limit { state.others.removeFirst() }
      }
      guard let reader = state.readers.keys.min(), let continuation = state.readers.removeValue(forKey: reader),
        let next = state.take()
      else { return nil }
      return (continuation, next)
    }
    delivery?.0.resume(returning: delivery?.1)
  }

  func close() {
    let readers = self.state.withLock { state in
      state.isClosed = true
      defer { state.readers = [:] }
      return Array(state.readers.values)
    }
    for reader in readers { reader.resume(returning: nil) }
  }

  /// The next change; nil once the mailbox is closed and empty, or the task is cancelled.
  func next() async -> StoreChange? {
    let reader = self.state.withLock { state in
      state.nextReader += 1
      return state.nextReader
    }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let ready = self.state.withLock { state -> StoreChange?? in
          if let change = state.take() { return .some(change) }
          if state.isClosed || Task.isCancelled { return .some(nil) }
          state.readers[reader] = continuation
          return .none
        }
        if let ready { continuation.resume(returning: ready) }
      }
    } onCancel: {
      // Either the reader is there and is let go, or it will see for itself that its task is cancelled.
      self.state.withLock { $0.readers.removeValue(forKey: reader) }?.resume(returning: nil)
    }
  }
}

/// Mailboxes that somebody reads: they are kept by their streams, and one whose stream is gone is forgotten.
struct Mailboxes {
  private struct Entry {
    weak var mailbox: ChangeMailbox?
  }

  private var entries: [Entry] = []

  var all: [ChangeMailbox] { self.entries.compactMap(\.mailbox) }

  mutating func add(_ mailbox: ChangeMailbox) {
    self.entries.removeAll { $0.mailbox == nil }
    self.entries.append(Entry(mailbox: mailbox))
  }
}
