/// Maps a large array on several cores, in order; a small one, where handing over would cost more than it saves,
/// right here.
///
/// Coding is what a batch costs most, so a batch of a thousand is coded by as many cores as there are.
package func concurrently<Element: Sendable, Value: Sendable>(
  _ elements: [Element], _ transform: @escaping @Sendable (Element) throws -> Value
) async throws -> [Value] {
  let blockSize = 32
  if elements.count < 2 * blockSize { return try elements.map(transform) }
  return try await withThrowingTaskGroup(of: (Int, [Value]).self) { group in
    var blocks = 0
    for start in stride(from: 0, to: elements.count, by: blockSize) {
      let slice = elements[start..<min(start + blockSize, elements.count)]
      let number = blocks
      group.addTask { (number, try slice.map(transform)) }
      blocks += 1
    }
    var mapped = [[Value]](repeating: [], count: blocks)
    for try await (number, values) in group { mapped[number] = values }
    return mapped.flatMap(\.self)
  }
}
