import Almanac

extension JobQuery {
  /// The numbers of the lanes that are asked for, empty for all; nil where no lane is.
  package func lanes(among lanes: [Int64: Lane]) -> [Int64]? {
    if self.jobName == nil, self.jobNamePrefix == nil, self.queue == nil { return [] }
    let matching = lanes.filter { _, lane in
      self.matches(jobName: lane.jobName) && (self.queue.map { lane.queue == $0 } ?? true)
    }
    return matching.isEmpty ? nil : matching.keys.sorted()
  }
}
