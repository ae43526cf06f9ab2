/// A set of wall-clock times that can be searched in both directions; what `ZonedWalk` brings into a time zone.
protocol CivilTimeSet: Sendable {
  /// The first time of the set at `local` or later.
  func first(atOrAfter local: CivilSeconds) -> CivilSeconds?
  /// The last time of the set at `local` or earlier.
  func last(atOrBefore local: CivilSeconds) -> CivilSeconds?
}

extension CivilPattern: CivilTimeSet {}
