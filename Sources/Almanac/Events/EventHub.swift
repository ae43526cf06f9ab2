import Synchronization

/// Hands events to whoever listens. Nobody who listens slowly holds the scheduler up: what does not fit is counted and said.
package final class EventHub: Sendable {
  private struct Subscriber {
    let continuation: AsyncStream<SchedulerEvent>.Continuation
    var dropped = 0
  }

  private struct State {
    var sequence: Int64 = 0
    var nextID = 0
    var subscribers: [Int: Subscriber] = [:]
  }

  private let state = Mutex(State())

  package init() {}

  package var hasSubscribers: Bool { self.state.withLock { !$0.subscribers.isEmpty } }

  package func publish(_ kind: SchedulerEvent.Kind, at instant: Instant) {
    self.publish([kind], at: instant)
  }

  package func publish(_ kinds: [SchedulerEvent.Kind], at instant: Instant) {
    // Yielded under the lock, so that every subscriber sees the same order. A stream's own lock is taken inside; it calls nobody.
    self.state.withLock { state in
      for kind in kinds {
        state.sequence += 1
        let event = SchedulerEvent(sequence: state.sequence, instant: instant, kind: kind)
        for id in state.subscribers.keys { self.deliver(event, to: id, &state) }
      }
    }
  }

  private func deliver(_ event: SchedulerEvent, to id: Int, _ state: inout State) {
    guard var subscriber = state.subscribers[id] else { return }
    if subscriber.dropped > 0 {
      let gap = SchedulerEvent(
        sequence: event.sequence, instant: event.instant, kind: .eventsDropped(subscriber.dropped))
      if case .enqueued = subscriber.continuation.yield(gap) { subscriber.dropped = 0 }
    }
    if subscriber.dropped > 0 {
      subscriber.dropped += 1
    } else if case .dropped = subscriber.continuation.yield(event) {
      subscriber.dropped += 1
    }
    state.subscribers[id] = subscriber
  }

  package func subscribe(buffering limit: Int) -> AsyncStream<SchedulerEvent> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: SchedulerEvent.self, bufferingPolicy: .bufferingOldest(max(limit, 2)))
    let id = self.state.withLock { state in
      state.nextID += 1
      state.subscribers[state.nextID] = Subscriber(continuation: continuation)
      return state.nextID
    }
    continuation.onTermination = { [weak self] _ in
      self?.state.withLock { _ = $0.subscribers.removeValue(forKey: id) }
    }
    return stream
  }

  /// Ends every subscription.
  package func finish() {
    let subscribers = self.state.withLock { state in
      defer { state.subscribers = [:] }
      return state.subscribers
    }
    for subscriber in subscribers.values { subscriber.continuation.finish() }
  }
}
