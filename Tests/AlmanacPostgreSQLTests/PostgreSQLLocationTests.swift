#if PostgreSQL
import Almanac
import AlmanacSQL
import AlmanacStoreScenes
import Testing

@testable import AlmanacPostgreSQL

@Suite("The address of a PostgreSQL store")
struct PostgreSQLLocationTests {
  @Test("what is Almanac's own is taken out, and the rest is libpq's")
  func parameters() throws {
    let location = try PostgreSQLLocation(
      "postgresql://jobs:pa%40ss@db1:5433,db2/app?target_session_attrs=read-write&schema=my%20jobs&namespace=blue")
    #expect(location.address == "postgresql://jobs:pa%40ss@db1:5433,db2/app?target_session_attrs=read-write")
    #expect(location.schema == "my jobs")
    #expect(location.namespace == "blue")
    #expect(location.description == "postgresql://jobs@db1:5433,db2/app?schema=my jobs&namespace=blue")
    let plain = try PostgreSQLLocation("postgres:///app?host=/run/postgresql")
    #expect((plain.schema, plain.namespace) == ("almanac", "default"))
    #expect(plain.description == "postgresql:///run/postgresql/app")
  }

  @Test("what cannot be read is refused in words that hold no password")
  func refused() {
    for bad in [
      "", "sqlite:a", "postgresql://u:secret@h/d?schema=", "postgresql://u:secret@h/d?namespace",
      "postgresql://u:secret@h/d?unheard=of", "postgresql://u:secret@h%zz/d",
      "postgresql://u:secret@h/d?schema=\(String(repeating: "x", count: 64))",
    ] {
      let error = #expect(throws: StoreError.self) { try PostgreSQLLocation(bad) }
      #expect(error?.code == .unsupported)
      #expect(error.map { "\($0)" }?.contains("secret") == false, "\(bad)")
    }
  }

  @Test("numbers, texts and nulls go to the server and come back as they were")
  func values() async throws {
    let schema = TestSchema()
    let store = try schema.store()
    var parameters = Parameters()
    parameters.add([Int64.min, -1, 0, Int64.max])
    parameters.add(["", "ü{}\"\\,", nil] as [String?])
    parameters.add([Int64]())
    parameters.add([true, false])
    parameters.add("" as String?)
    let sent = parameters
    let seen = try await store.pool.run { connection -> [String] in
      let rows = try connection.run(
        once: """
          select unnest($1::bigint[])::text, array_length($3::bigint[], 1), ($4::boolean[])[1], $5::text = '',
            $2::text[] is null
          """, sent)
      let texts = try connection.run(
        once: """
          select t, $1::bigint[] is null, $3::bigint[] is null, $4::boolean[] is null, $5::text
          from unnest($2::text[]) as t
          """, sent)
      #expect(rows.isNull(0, 1) && rows.flag(0, 2) && rows.flag(0, 3))
      #expect(texts.isNull(2, 0))
      return (0..<rows.count).map { rows.text($0, 0) } + (0..<2).map { texts.text($0, 0) }
    }
    #expect(seen == ["\(Int64.min)", "-1", "0", "\(Int64.max)", "", "ü{}\"\\,"])
    await store.close()
  }
}
#endif
