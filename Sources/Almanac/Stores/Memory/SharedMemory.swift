import Synchronization

/// What the clients of one memory share: its namespaces.
final class SharedMemory: Sendable {
  let clock: any SchedulerClock
  let options: MemoryStore.Options
  private let spaces = Mutex<[String: MemorySpace]>([:])

  init(clock: any SchedulerClock, options: MemoryStore.Options) {
    self.clock = clock
    self.options = options
  }

  func space(_ namespace: String) -> MemorySpace {
    self.spaces.withLock { spaces in
      if let space = spaces[namespace] { return space }
      let space = MemorySpace(self.options)
      spaces[namespace] = space
      return space
    }
  }
}

/// One namespace: its tables under one lock, and who listens to it.
final class MemorySpace: Sendable {
  let tables: Mutex<MemoryTables>
  private let listeners = Mutex(Mailboxes())

  init(_ options: MemoryStore.Options) {
    self.tables = Mutex(MemoryTables(options))
  }

  func listen(_ mailbox: ChangeMailbox) {
    self.listeners.withLock { $0.add(mailbox) }
  }

  /// Called without the tables' lock: whoever is woken may call the store at once.
  func post(_ change: StoreChange) {
    for mailbox in self.listeners.withLock({ $0.all }) { mailbox.post(change) }
  }
}
