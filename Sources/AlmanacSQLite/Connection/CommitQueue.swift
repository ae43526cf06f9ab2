#if SQLite
import GRDB
import Synchronization

/// Lets writes that wait at the same time share one transaction, and thus one `fsync`.
///
/// While a commit is on its way to the disk, further writes gather here; the next transaction takes all of them. A
/// writer alone is as fast as the disk, and many at once pay for one `fsync` together. Each write of a group stands in
/// a savepoint of its own: one that fails takes nobody else's with it.
final class CommitQueue: Sendable {
  private struct Write: Sendable {
    /// Does the write and gives back what answers it once it is committed.
    let run: @Sendable (Database) throws -> @Sendable () -> Void
    let fail: @Sendable (any Error) -> Void
  }

  private struct Waiting {
    var writes: [Write] = []
    var isDraining = false
  }

  /// The most writes in one transaction: the lock is given back to other processes in between.
  private static let groupLimit = 128

  private let pool: DatabasePool
  private let waiting = Mutex(Waiting())

  init(pool: DatabasePool) {
    self.pool = pool
  }

  /// How many writes wait for the next transaction.
  var waitingCount: Int { self.waiting.withLock { $0.writes.count } }

  /// Performs a write in an immediate transaction, and answers once it is committed. A cancelled caller gets its
  /// answer all the same: a write is short, and whoever shares its transaction has not been cancelled.
  func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      self.enqueue(
        Write(
          run: { db in
            let value = try body(db)
            return { continuation.resume(returning: value) }
          },
          fail: { continuation.resume(throwing: $0) }))
    }
  }

  private func enqueue(_ write: Write) {
    let mustDrain = self.waiting.withLock { waiting in
      waiting.writes.append(write)
      defer { waiting.isDraining = true }
      return !waiting.isDraining
    }
    if mustDrain { self.pool.asyncWriteWithoutTransaction { db in self.drain(db) } }
  }

  private func drain(_ db: Database) {
    while true {
      let group = self.waiting.withLock { waiting in
        let group = Array(waiting.writes.prefix(CommitQueue.groupLimit))
        waiting.writes.removeFirst(group.count)
        waiting.isDraining = !group.isEmpty
        return group
      }
      if group.isEmpty { return }
      self.commit(group, db)
    }
  }

  private func commit(_ group: [Write], _ db: Database) {
    var answers: [@Sendable () -> Void] = []
    answers.reserveCapacity(group.count)
    do {
      try db.inTransaction(.immediate) {
        if let write = group.first, group.count == 1 {
          answers.append(try write.run(db))
          return .commit
        }
        for write in group {
          do {
            var answer: (@Sendable () -> Void)?
            try db.inSavepoint {
              answer = try write.run(db)
              return .commit
            }
            if let answer { answers.append(answer) }
          } catch {
            // A full disk ends the whole transaction, and with it everybody's write.
            guard db.isInsideTransaction else { throw error }
            answers.append { write.fail(error) }
          }
        }
        return .commit
      }
    } catch {
      for write in group { write.fail(error) }
      return
    }
    for answer in answers { answer() }
  }
}
#endif
