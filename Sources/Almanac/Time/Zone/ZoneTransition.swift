/// A moment at which a zone's offset from UTC changes.
struct ZoneTransition: Hashable, Sendable {
  /// Seconds since the epoch; the new offset holds from this second on.
  var at: Int64
  /// Seconds east of UTC before and from `at`.
  var before: Int32
  var offset: Int32
}

/// A stretch of time in which a zone's offset does not change, with its neighbours' offsets.
///
/// Walking a rule over civil time needs all of these at once: the offset to read the wall clock, the ends to know how
/// far that reading holds, and the neighbours to know whether the wall clock jumps ahead there (gap) or back (fold).
package struct ZoneSegment: Hashable, Sendable {
  /// The first second of the segment; `Int64.min` where it has no beginning.
  package var start: Int64
  /// The first second after the segment; `Int64.max` where it has no end.
  package var end: Int64
  /// Seconds east of UTC within, before and after the segment; a missing neighbour has the segment's own.
  package var offset: Int64
  package var offsetBefore: Int64
  package var offsetAfter: Int64

  @inline(__always)
  package init(start: Int64, end: Int64, offset: Int64, offsetBefore: Int64, offsetAfter: Int64) {
    self.start = start
    self.end = end
    self.offset = offset
    self.offsetBefore = offsetBefore
    self.offsetAfter = offsetAfter
  }
}

/// What a wall-clock reading means in a zone.
package enum CivilResolution: Hashable, Sendable {
  /// The wall shows the reading once.
  case unique(offset: Int)
  /// The wall jumps over the reading, at the second `transition`.
  case gap(offsetBefore: Int, offsetAfter: Int, transition: Int64)
  /// The wall shows the reading twice: first with the offset before the transition, then with the one after it.
  case fold(offsetBefore: Int, offsetAfter: Int, transition: Int64)
}
