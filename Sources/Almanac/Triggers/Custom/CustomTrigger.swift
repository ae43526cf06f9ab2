import Synchronization

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A kind of trigger that a program brings along: sunrise, tides, the sessions of an exchange.
///
/// ```swift
/// struct FullMoon: CustomTrigger {
///   static let kindName = "full-moon"
///   func next(after instant: Instant) -> Instant? { … }
///   func last(onOrBefore instant: Instant) -> Instant? { … }
/// }
/// try TriggerKinds.register(FullMoon.self)
/// let trigger = try Trigger.custom(FullMoon())
/// ```
///
/// It must be a pure value: the same value and instant give the same answer in every process, for ever. Fire times
/// strictly increase, and both questions see the same ones.
public protocol CustomTrigger: Codable, Sendable {
  /// The name under which the kind is stored. It must never change, and never be given to another type.
  static var kindName: String { get }

  /// The first fire time strictly after `instant`. An answer that is not later is taken for none.
  func next(after instant: Instant) -> Instant?

  /// The last fire time at `instant` or before. An answer that is later is taken for none.
  func last(onOrBefore instant: Instant) -> Instant?

  /// The identifiers of the zones whose data the fire times depend on; none unless it says otherwise.
  var zones: [String] { get }
}

extension CustomTrigger {
  public var zones: [String] { [] }
}

/// The rule around a custom trigger.
final class CustomRule: TriggerRule {
  private enum Member {
    static let name = "name"
    static let value = "value"
  }

  private let value: any CustomTrigger
  private let name: String
  private let encoded: JSONValue
  /// The data in use when the value was made; what it asks of zones is its own affair.
  private let release: ZoneRelease?

  init(_ value: some CustomTrigger) throws {
    self.value = value
    name = type(of: value).kindName
    guard !name.isEmpty else { throw TriggerError("A custom kind of trigger must have a name.") }
    release = value.zones.isEmpty ? nil : ZoneDatabase.system.release
    encoded = try JSONDecoder().decode(JSONValue.self, from: JSONEncoder().encode(value))
  }

  func next(after instant: Instant) -> Instant? {
    value.next(after: instant).flatMap { $0 > instant ? $0 : nil }
  }

  func last(onOrBefore instant: Instant) -> Instant? {
    value.last(onOrBefore: instant).flatMap { $0 <= instant ? $0 : nil }
  }

  var zones: [String] { Set(value.zones).sorted() }
  func forEachRelease(_ body: (ZoneRelease) -> Void) { release.map(body) }

  var form: TriggerForm {
    TriggerForm(kind: TriggerKinds.custom, members: [Member.name: .string(name), Member.value: encoded])
  }

  static func decode(_ members: inout TriggerMembers) throws -> Trigger {
    let name = try members.string(Member.name)
    let value = try members.value(Member.value)
    guard let trigger = try TriggerKinds.trigger(named: name, value) else {
      throw TriggerError(
        "The custom kind of trigger \"\(printable(name, limit: 60))\" is not registered in this process.")
    }
    return trigger
  }

  var summary: String { "custom \(printable(name, limit: 60))" }
}

extension Trigger {
  /// Fires when `value` says so.
  ///
  /// A program that reads the trigger back from a store needs ``TriggerKinds/register(_:)`` first; until then the trigger is
  /// unreadable there, keeps its data and never fires.
  ///
  /// - Throws: what encoding the value throws; ``TriggerError`` where its kind has no name.
  public static func custom(_ value: some CustomTrigger) throws -> Trigger { Trigger(try CustomRule(value)) }
}

extension TriggerKinds {
  private struct Kind: Sendable {
    var type: ObjectIdentifier
    var trigger: @Sendable (JSONValue) throws -> Trigger
  }

  private static let kinds = Mutex<[String: Kind]>([:])

  /// Makes a custom kind of trigger known to this process, so that stored triggers of it can be read. Call it before a
  /// scheduler starts; calling it again does nothing.
  ///
  /// - Throws: ``TriggerError`` where the name is empty or another type has it.
  public static func register<Custom: CustomTrigger>(_ type: Custom.Type) throws(TriggerError) {
    let name = type.kindName
    guard !name.isEmpty else { throw TriggerError("A custom kind of trigger must have a name.") }
    let kind = Kind(type: ObjectIdentifier(type)) { json in
      try .custom(JSONDecoder().decode(Custom.self, from: JSONEncoder().encode(json)))
    }
    let isFree = kinds.withLock { kinds in
      guard kinds[name] == nil else { return kinds[name]?.type == kind.type }
      kinds[name] = kind
      return true
    }
    guard isFree else {
      throw TriggerError("The name \"\(printable(name, limit: 60))\" belongs to another custom kind of trigger.")
    }
  }

  /// The trigger of a registered kind; nil where the kind is not registered.
  static func trigger(named name: String, _ value: JSONValue) throws -> Trigger? {
    // The user's decoding runs outside the lock: it may decode other triggers.
    try kinds.withLock { $0[name] }?.trigger(value)
  }
}
