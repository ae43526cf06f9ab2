import Synchronization

/// Makes one call out of many that come at once: while one is under way, those that come wait and go together in the next.
///
/// A single caller pays nothing for it: with nobody else there the call is made in the caller's own task.
final class Combiner<Item: Sendable, Answer: Sendable>: Sendable {
  private struct State {
    var isBusy = false
    var waiting: [(item: Item, continuation: CheckedContinuation<Answer, any Error>)] = []
  }

  private let state = Mutex(State())
  private let limit: Int
  private let perform: @Sendable ([Item]) async throws -> [Answer]

  /// - Parameter perform: answers each item, in order. What it throws is thrown to every caller of the batch; but where a store says
  ///   that it cannot take the batch as it is, each item is asked for alone.
  init(limit: Int, perform: @escaping @Sendable ([Item]) async throws -> [Answer]) {
    self.limit = max(limit, 1)
    self.perform = perform
  }

  func submit(_ item: Item) async throws -> Answer {
    let isAlone = self.state.withLock { state -> Bool in
      if state.isBusy { return false }
      state.isBusy = true
      return true
    }
    if isAlone {
      defer { self.passOn() }
      let answers = try await self.perform([item])
      guard let answer = answers.first else { throw CombinerError.noAnswer }
      return answer
    }
    return try await withCheckedThrowingContinuation { continuation in
      let isFirst = self.state.withLock { state -> Bool in
        state.waiting.append((item, continuation))
        // Whoever was busy may be done by now.
        defer { state.isBusy = true }
        return !state.isBusy
      }
      if isFirst { Surroundings.begin { await self.drain() } }
    }
  }

  private func passOn() {
    let isMore = self.state.withLock { state -> Bool in
      state.isBusy = !state.waiting.isEmpty
      return state.isBusy
    }
    if isMore { Surroundings.begin { await self.drain() } }
  }

  private func drain() async {
    while true {
      let batch = self.state.withLock { state in
        let batch = Array(state.waiting.prefix(self.limit))
        state.waiting.removeFirst(batch.count)
        state.isBusy = !batch.isEmpty
        return batch
      }
      if batch.isEmpty { return }
      do {
        let answers = try await self.perform(batch.map(\.item))
        for (index, entry) in batch.enumerated() {
          if index < answers.count {
            entry.continuation.resume(returning: answers[index])
          } else {
            entry.continuation.resume(throwing: CombinerError.noAnswer)
          }
        }
      } catch let error as StoreError where batch.count > 1 && !error.isTransient {
        // One item may be what the store cannot take, and nothing of the batch was done: each gets an answer of its own.
        for entry in batch { await self.performAlone(entry) }
      } catch {
        for entry in batch { entry.continuation.resume(throwing: error) }
      }
    }
  }

  private func performAlone(_ entry: (item: Item, continuation: CheckedContinuation<Answer, any Error>)) async {
    do {
      guard let answer = try await self.perform([entry.item]).first else { throw CombinerError.noAnswer }
      entry.continuation.resume(returning: answer)
    } catch {
      entry.continuation.resume(throwing: error)
    }
  }
}

enum CombinerError: Error {
  /// A store answered fewer items than it was asked: it breaks its contract.
  case noAnswer
}
