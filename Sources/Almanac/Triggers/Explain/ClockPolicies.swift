/// What a trigger does with times in gaps and folds, the dialect's custom resolved.
package struct ClockPolicies: Hashable, Sendable {
  /// Neither is `.auto`.
  package let gap: GapPolicy
  package let fold: FoldPolicy

  /// What was asked for, and what `.auto` means.
  init(_ gap: GapPolicy, _ fold: FoldPolicy, autoGap: GapPolicy, autoFold: FoldPolicy) {
    self.gap = gap == .auto ? autoGap : gap
    self.fold = fold == .auto ? autoFold : fold
  }
}

extension Trigger {
  /// Nil for triggers that know no wall clock, and for combinations, whose members may differ.
  package var clockPolicies: ClockPolicies? {
    guard case .rule(let rule) = content else { return nil }
    return if let rule = rule as? QualifiedRule { rule.base.clockPolicies } else { ClockPolicies(of: rule) }
  }
}

extension ClockPolicies {
  init?(of rule: any TriggerRule) {
    switch rule {
    case let rule as CronRule:
      guard let meaning = try? rule.dialect.parse(rule.expression, seed: rule.seed) else { return nil }
      self.init(rule.gap, rule.fold, autoGap: meaning.gap, autoFold: meaning.fold)
    case let rule as APSCronRule:
      guard let meaning = try? APSCronGrammar.parse(fields: rule.fields) else { return nil }
      self.init(rule.gap, rule.fold, autoGap: meaning.gap, autoFold: meaning.fold)
    case let rule as OnCalendarRule where !rule.zones.isEmpty:
      self.init(rule.gap, rule.fold, autoGap: .skip, autoFold: .first)
    case let rule as CalendarIntervalRule:
      self.init(rule.spec.gap, rule.spec.fold, autoGap: .skip, autoFold: .first)
    case let rule as RecurrenceTriggerRule:
      self.init(rule.spec.gap, rule.spec.fold, autoGap: .shift, autoFold: .first)
    default: return nil
    }
  }
}
