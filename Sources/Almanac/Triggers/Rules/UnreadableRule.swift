/// What is kept of an encoded trigger that this version or this machine does not understand.
final class UnreadableRule: TriggerRule {
  let raw: JSONValue
  let reason: String

  init(raw: JSONValue, reason: String) {
    self.raw = raw
    self.reason = reason
  }

  func next(after instant: Instant) -> Instant? { nil }
  func last(onOrBefore instant: Instant) -> Instant? { nil }
  var form: TriggerForm { TriggerForm(kind: nil, members: [:], raw: raw) }
  var summary: String { "unreadable trigger (\(reason))" }
  var unreadableReason: String? { reason }
}
