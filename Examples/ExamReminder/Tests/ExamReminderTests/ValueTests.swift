import Testing

@testable import WeChatStandIn

@Suite("What WeChat takes as a value")
struct ValueTests {
  @Test(
    "values that are right",
    arguments: [
      ("thing1", "大学英语六级 CET-6 (笔试)"), ("number01", "3.14"), ("letter1", "abc"), ("symbol2", "!?"),
      ("character_string3", "A-1/b"), ("time2", "15:01"), ("time2", "2019年10月1日 15:01"), ("time2", "09:00~11:30"),
      ("date3", "2019年10月1日"), ("date3", "2019-10-01 15:01:02"), ("date3", "10-01"), ("amount1", "¥12.50"),
      ("amount1", "12元"), ("phone_number1", "+86-0766-66888866"), ("car_number1", "粤A8Z888挂"), ("phrase1", "配送中"),
      ("name1", "张三"), ("name1", "John Smith"),
    ])
  func right(field: String, value: String) throws {
    let kind = try #require(ValueKind(field: field))
    #expect(kind.accepts(value))
  }

  @Test(
    "values that are wrong",
    arguments: [
      ("thing1", ""), ("thing1", "一二三四五六七八九十一二三四五六七八九十一"), ("thing1", "two\nlines"), ("number1", "3,14"),
      ("number1", "1.2.3"), ("letter1", "abc1"), ("symbol1", "a"), ("character_string1", "汉"), ("time2", "25:00"),
      ("time2", "2019年10月1日"), ("time2", "9:5"), ("date3", "15:01"), ("date3", "2019-13-01"), ("date3", "tomorrow"),
      ("amount1", "¥12345678901"), ("phone_number1", "call me"), ("phrase1", "abc"), ("phrase1", "一二三四五六"),
      ("name1", "一二三四五六七八九十一"),
    ])
  func wrong(field: String, value: String) throws {
    let kind = try #require(ValueKind(field: field))
    #expect(!kind.accepts(value))
  }

  @Test("a name that begins with no kind, or ends with no number, is none", arguments: ["thing", "stuff1", "1", ""])
  func names(field: String) {
    #expect(ValueKind(field: field) == nil)
  }
}
