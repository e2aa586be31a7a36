// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct FieldTextTests {
    @Test func aFieldIsALineAndTheLastLineIsEnd() {
        var fields = FieldText()
        fields["pid"] = "17"
        fields["instance"] = "gateway.3"
        #expect(fields.text == "instance=gateway.3\npid=17\nend\n")
    }

    @Test(arguments: [
        "", "plain", "a=b=c", "two\nlines", "\\", "\\n", "ends with \\", "\n", "end", "=", "trailing\r", "\r\n",
        "tab\t",
        "\u{301}accent at the beginning", "\u{200D}joiner", "ends with \u{301}", "❄️👩‍👩‍👧", "nul\0nul",
    ])
    func anyValueComesBackAsItWas(_ value: String) throws {
        var fields = FieldText()
        fields["a"] = value
        fields["b"] = "after"
        let read = try #require(FieldText(parsing: fields.text))
        #expect(read["a"].map { Array($0.utf8) } == Array(value.utf8))
        #expect(read["b"] == "after")
        #expect(read == fields)
    }

    @Test func aTornTextIsNoticed() {
        var fields = FieldText()
        fields["reason"] = "two\nlines"
        fields["state"] = "up"
        let whole = Array(fields.text.utf8)
        for length in 0..<whole.count - 1 {
            #expect(FieldText(parsing: String(decoding: whole[..<length], as: UTF8.self)) == nil)
        }
    }

    @Test func whatFollowsTheEndIsIgnored() {
        #expect(FieldText(parsing: "a=1\nend\na=2\ngarbage")?["a"] == "1")
    }

    @Test func aLineWithoutAnEqualsSignIsNoRecord() {
        #expect(FieldText(parsing: "a=1\ngarbage\nend\n") == nil)
    }

    @Test func theLastOfTwoValuesCounts() {
        #expect(FieldText(parsing: "a=1\na=2\nend\n")?["a"] == "2")
    }

    @Test func integersAreReadInTheirRange() {
        let fields = FieldText(parsing: "pid=2147483648\nsmall=-7\nword=x\nend\n")
        #expect(fields?.integer("pid", as: Int32.self) == nil)
        #expect(fields?.integer("pid", as: Int64.self) == 2_147_483_648)
        #expect(fields?.integer("small", as: Int8.self) == -7)
        #expect(fields?.integer("word", as: Int.self) == nil)
        #expect(fields?.integer("missing", as: Int.self) == nil)
    }

    @Test func aProcessNeedsItsPidAndItsStart() {
        #expect(
            FieldText(parsing: "pid=17\nstart=99\nend\n")?.process == ProcessIdentity(pid: 17, startTicks: 99))
        #expect(FieldText(parsing: "pid=17\nend\n")?.process == nil)
    }
}
