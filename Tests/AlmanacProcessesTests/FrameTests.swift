#if Processes
import Almanac
@testable import AlmanacProcesses
import Foundation
import Testing

@Suite("Frames")
struct FrameTests {
  private static func frame(_ dice: inout SystemRandomNumberGenerator) -> Frame {
    func bytes(_ most: Int) -> [UInt8] { (0..<Int.random(in: 0...most)).map { _ in UInt8.random(in: 0...255) } }
    return Frame(kind: UInt8.random(in: 0...255), header: bytes(40), body: bytes(300))
  }

  @Test("Frames come out as they went in, however the stream is cut")
  func cuts() throws {
    var dice = SystemRandomNumberGenerator()
    for _ in 0..<300 {
      let frames = (0..<Int.random(in: 1...8)).map { _ in Self.frame(&dice) }
      var stream = frames.flatMap(\.bytes)[...]
      var decoder = FrameDecoder(limit: 1_000)
      var read: [Frame] = []
      while !stream.isEmpty {
        let piece = stream.prefix(Int.random(in: 1...64))
        stream = stream.dropFirst(piece.count)
        decoder.append(piece)
        while let frame = try decoder.next() { read.append(frame) }
      }
      #expect(read == frames)
      #expect(try decoder.next() == nil)
    }
  }

  @Test("A frame of exactly the limit passes, one byte more is refused before it has come")
  func limit() throws {
    let frame = Frame(kind: 1, header: [1, 2], body: [UInt8](repeating: 7, count: 93))
    #expect(frame.length == 100)
    var decoder = FrameDecoder(limit: 100)
    decoder.append(frame.bytes)
    #expect(try decoder.next() == frame)
    var strict = FrameDecoder(limit: 99)
    strict.append(frame.bytes.prefix(4))
    #expect(throws: FrameProblem.tooLong(100, limit: 99)) { try strict.next() }
  }

  @Test("Random bytes are frames or a problem, and never more than came")
  func noise() {
    for _ in 0..<5_000 {
      var decoder = FrameDecoder(limit: 1 << 16)
      var bytes = (0..<Int.random(in: 0...200)).map { _ in UInt8.random(in: 0...255) }
      // Most noise is too long at once; some of it is to get further.
      if bytes.count > 12, Bool.random() {
        bytes.replaceSubrange(0..<4, with: [0, 0, 0, UInt8.random(in: 0...100)])
        if Bool.random() { bytes.replaceSubrange(5..<9, with: [0, 0, 0, UInt8.random(in: 0...100)]) }
      }
      decoder.append(bytes)
      var taken = 0
      do {
        while let frame = try decoder.next() {
          taken += frame.bytes.count
          _ = try? WorkerMessage(frame)
          _ = try? ParentMessage(frame)
        }
      } catch {}
      #expect(taken <= bytes.count)
    }
  }

  @Test("Every message is read as it was written")
  func messages() throws {
    let ticket = Ticket(number: 7)
    let fromParent: [ParentMessage] = [
      .hello(.init(version: 1, memoryLimit: 1 << 33, processorMicroseconds: 5, maximumFrame: 9)), .cancel(ticket),
      .leave,
    ]
    for message in fromParent { #expect(try ParentMessage(message.frame()) == message) }
    let endings: [SentEnding] = [
      .succeeded, .cancelled, .snoozed(microseconds: 3), .failed(type: "A.B", message: "m", advice: .byPolicy),
      .failed(type: "A.B", message: "m", advice: .after(microseconds: 4)),
      .failed(type: "A.B", message: "m", advice: .giveUp), .unknown(type: "A.B", message: "m"),
    ]
    var fromWorker: [WorkerMessage] = [
      .ready(.init(version: 1, jobs: ["a", "b"])),
      .log(.init(ticket: ticket, level: "info", message: "ü", metadata: ["a": "b"])),
      .progress(.init(ticket: ticket, completed: -1, total: nil, note: nil)),
      .unreadable(.init(ticket: ticket, reason: "why")),
    ]
    for ending in endings {
      fromWorker.append(.finished(.init(ticket: ticket, ending: ending, hasResult: false), result: nil))
      fromWorker.append(.finished(.init(ticket: ticket, ending: ending, hasResult: true), result: []))
      fromWorker.append(.finished(.init(ticket: ticket, ending: ending, hasResult: true), result: [0, 255]))
      #expect(SentEnding(ending.kind) == ending)
    }
    for message in fromWorker { #expect(try WorkerMessage(message.frame()) == message) }
  }
}
#endif
