import Almanac
import Synchronization

/// The records that this process read or wrote last, so that what it wrote a moment ago need not be decoded again.
///
/// What it says counts only where it is true still. For a read the row is read first: a record is taken from here where key, version and the
/// bytes of the state are those that it was made of, a definition where key and `defined` are (keys are not reused, every
/// write counts the version on). A write that is conditional on the version may begin from here: where others wrote in between it is not made.
package final class RecordCache: Sendable {
  private struct Generations {
    var young: [Int64: StoredRecord] = [:]
    var old: [Int64: StoredRecord] = [:]
    var youngKeys: [JobID: Int64] = [:]
    var oldKeys: [JobID: Int64] = [:]
  }

  /// Of two generations, each of this many; the older one is dropped whole when the younger is full.
  private static let generationSize = 8_192
  /// Records with larger payloads are not kept: some 80 MB is the most that the cache can come to.
  private static let payloadLimit = 4_096

  private let generations = Mutex(Generations())

  package init() {}

  package func entry(_ key: Int64) -> StoredRecord? {
    self.generations.withLock { $0.young[key] ?? $0.old[key] }
  }

  /// What is remembered of the given ids, in order: as it was when this process last saw it.
  package func entries(_ ids: [JobID]) -> [StoredRecord?] {
    self.generations.withLock { generations in
      ids.map { id in
        guard let key = generations.youngKeys[id] ?? generations.oldKeys[id] else { return nil }
        return generations.young[key] ?? generations.old[key]
      }
    }
  }

  /// Remembers what was committed or read.
  package func insert(_ records: some Sequence<StoredRecord>) {
    self.generations.withLock { generations in
      for stored in records where stored.record.definition.payload.count <= RecordCache.payloadLimit {
        if let known = generations.young[stored.key] ?? generations.old[stored.key], known.version > stored.version {
          continue
        }
        generations.young[stored.key] = stored
        generations.youngKeys[stored.record.id] = stored.key
        if generations.young.count >= RecordCache.generationSize {
          generations.old = generations.young
          generations.oldKeys = generations.youngKeys
          generations.young = Dictionary(minimumCapacity: RecordCache.generationSize)
          generations.youngKeys = Dictionary(minimumCapacity: RecordCache.generationSize)
        }
      }
    }
  }

  package func remove(_ key: Int64) {
    self.generations.withLock { generations in
      generations.young[key] = nil
      generations.old[key] = nil
    }
  }
}
