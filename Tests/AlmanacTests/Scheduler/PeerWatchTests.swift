import Testing

@testable import Almanac

@Suite("The watch on peers whose connection is gone")
struct PeerWatchTests {
  private var watch = PeerWatch()
  private let host: HostIdentity = .current

  private func session(
    _ epoch: Int64 = 2, connected: Bool?, renewedAt: Int64 = 0, isDead: Bool = false, machine: String? = "elsewhere",
    processID: Int32 = 1
  ) -> Session {
    let draft = SessionDraft(
      node: "n", host: "h", processID: processID, machine: machine, version: "1", queues: nil, running: 0,
      lifetime: .seconds(15))
    return Session(
      epoch: Epoch(epoch), draft: draft, openedAt: .at(0), renewedAt: .at(Double(renewedAt)),
      expiresAt: .at(Double(renewedAt) + 15), isDead: isDead, isConnected: connected)
  }

  private mutating func look(_ sessions: Session..., at milliseconds: Int64) -> [Int64] {
    self.watch.look(at: sessions, except: Epoch(1), uptime: .milliseconds(milliseconds)).map(\.rawValue).sorted()
  }

  @Test("takes for gone what was missing twice, and long enough in between")
  mutating func twice() {
    #expect(self.look(self.session(connected: false), at: 10_000) == [])
    #expect(self.look(self.session(connected: false), at: 10_799) == [])
    #expect(self.look(self.session(connected: false), at: 10_800) == [2])
    #expect(self.look(self.session(connected: false), at: 11_000) == [2], "until it is marked dead")
    #expect(self.look(self.session(connected: false, isDead: true), at: 11_001) == [])
  }

  @Test("begins anew with one that was there again, or of which nobody could tell", arguments: [true, nil])
  mutating func interrupted(by answer: Bool?) {
    #expect(self.look(self.session(connected: false), at: 10_000) == [])
    #expect(self.look(self.session(connected: answer), at: 10_500) == [])
    #expect(self.look(self.session(connected: false), at: 11_000) == [])
    #expect(self.look(self.session(connected: false), at: 11_799) == [])
    #expect(self.look(self.session(connected: false), at: 11_800) == [2])
  }

  @Test("leaves to its expiry one that renewed its session without a connection, until it has one again")
  mutating func renewed() {
    #expect(self.look(self.session(connected: false), at: 10_000) == [])
    #expect(self.look(self.session(connected: false, renewedAt: 5), at: 10_500) == [])
    for second in Int64(11)...20 {
      #expect(self.look(self.session(connected: false, renewedAt: 5), at: second * 1_000) == [])
    }
    #expect(self.watch.pause(from: self.host) == nil, "there is nothing to be seen")
    #expect(self.look(self.session(connected: true, renewedAt: 5), at: 21_000) == [])
    #expect(self.look(self.session(connected: false, renewedAt: 5), at: 22_000) == [])
    #expect(self.look(self.session(connected: false, renewedAt: 5), at: 23_000) == [2])
  }

  @Test("never takes itself for gone")
  mutating func own() {
    for second in Int64(1)...5 { #expect(self.look(self.session(1, connected: false), at: second * 1_000) == []) }
    #expect(self.watch.pause(from: self.host) == nil)
  }

  @Test("looks only where there is somebody to see, sooner where one is missing, and less often the more there are")
  mutating func pauses() {
    #expect(self.watch.pause(from: self.host) == nil)
    _ = self.look(self.session(connected: nil), at: 0)
    #expect(self.watch.pause(from: self.host) == nil, "neither the store nor the kernel can tell")
    _ = self.look(self.session(connected: true), at: 0)
    #expect(self.watch.pause(from: self.host) == .seconds(1))
    _ = self.look(self.session(connected: false), self.session(3, connected: true), at: 0)
    #expect(self.watch.pause(from: self.host) == PeerWatch.patience)
    let many = (Int64(2)...101).map { self.session($0, connected: true) }
    _ = self.watch.look(at: many, except: Epoch(1), uptime: .zero)
    #expect(self.watch.pause(from: self.host) == .seconds(10))
  }

  @Test("asks the kernel for the processes of this machine, but for its own")
  mutating func kernel() throws {
    guard let machine = self.host.machine else { return }
    _ = self.look(self.session(connected: nil, machine: machine, processID: self.host.processID), at: 0)
    #expect(self.watch.pause(from: self.host) == nil)
    _ = self.look(self.session(connected: nil, machine: machine, processID: 1), at: 0)
    #expect(self.watch.pause(from: self.host) == .seconds(1))
    #expect(!self.watch.seesDeath(from: self.host))
    // Process ids end long before this one.
    _ = self.look(self.session(connected: nil, machine: machine, processID: .max), at: 0)
    #expect(self.watch.seesDeath(from: self.host))
    var elsewhere = self.host
    elsewhere.machine = "elsewhere"
    #expect(!self.watch.seesDeath(from: elsewhere))
    #expect(self.watch.pause(from: elsewhere) == nil)
  }
}
