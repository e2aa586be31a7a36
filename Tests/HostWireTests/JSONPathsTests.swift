// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostWire
import Testing

/// Lines of an agent's output, taken apart.
struct JSONPathsTests {
    private func line(_ text: String, _ limits: JSONPaths = JSONPaths()) -> AgentLine { limits.line(Array(text.utf8)) }

    @Test func anObjectBecomesItsScalarsLevelByLevel() {
        let expected: [AgentField] = [
            AgentField(path: "type", value: .text("user")), AgentField(path: "n", value: .integer(3)),
            AgentField(path: "m.x", value: .flag(true)), AgentField(path: "m.list.0", value: .null),
            AgentField(path: "m.list.1.a", value: .number(1.5)),
        ]
        #expect(line(#" {"m":{"list":[null,{"a":1.5}],"x":true},"type":"user","n":3}"#) == .fields(expected))
    }

    @Test(arguments: ["hello", "", "[1,2]", "\"x\"", "{torn", "{\"a\":1} {", "7"]) func anythingElseIsText(text: String)
    {
        #expect(line(text) == .text(text))
    }

    @Test func bytesThatAreNoTextDoNoHarm() {
        guard case .text = JSONPaths().line([0x7B, 0xFF, 0xFE, 0x00]) else {
            Issue.record("it is no JSON")
            return
        }
    }

    @Test func whatStandsHigherIsKeptWhenThereIsTooMuch() {
        let many = (0..<5000).map { "{\"id\":\($0)}" }.joined(separator: ",")
        guard case .fields(let fields) = line("{\"denials\":[\(many)],\"is_error\":true}") else {
            Issue.record("no fields")
            return
        }
        #expect(fields.first == AgentField(path: "is_error", value: .flag(true)))
        #expect(fields.count == JSONPaths().count)
    }

    @Test func longTextsAreCut() {
        let text = String(repeating: "x", count: 10_000)
        guard case .fields(let fields) = line("{\"a\":\"\(text)\"}"), case .text(let cut)? = fields.first?.value else {
            Issue.record("no field")
            return
        }
        #expect(cut.utf8.count == JSONPaths().textBytes)
        #expect(line(text) == .text(cut))
    }

    @Test func aLineThatIsTooLongIsNotLookedInto() {
        var limits = JSONPaths()
        limits.lineBytes = 100
        #expect(line("{\"a\":\"\(String(repeating: "x", count: 200))\"}", limits) == .fields([]))
    }

    @Test func depthHasAnEnd() {
        let deep = String(repeating: "{\"a\":", count: 30) + "1" + String(repeating: "}", count: 30)
        #expect(line(deep) == .fields([]))
    }
}
