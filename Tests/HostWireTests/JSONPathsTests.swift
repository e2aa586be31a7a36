// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostWire
import Testing

/// Lines of an agent's output, taken apart: of each remains what the preset asks for.
struct JSONPathsTests {
    private func paths(_ wanted: [String], _ output: AgentPreset.Output = .json) -> JSONPaths {
        var preset = AgentPreset(name: "x", command: ArgumentTemplate([.argument("x")]))
        preset.output = output
        preset.lines = [AgentLineRule(.speech, LineCondition(), words: wanted.compactMap(FieldPath.init))]
        return JSONPaths(preset)
    }

    private func line(_ text: String, _ wanted: String...) -> AgentLine { paths(wanted).line(Array(text.utf8)) }

    private func fields(_ text: String, _ wanted: String...) -> [String: AgentScalar] {
        guard case .fields(let fields) = paths(wanted).line(Array(text.utf8)) else { return [:] }
        return Dictionary(fields.map { ($0.path, $0.value) }) { first, _ in first }
    }

    @Test func theScalarsThatAreAskedForRemain() {
        let text = #" {"m":{"list":[null,{"a":1.5},{"a":true}],"x":7},"type":"user","n":3}"#
        #expect(
            fields(text, "type", "m.list.*.a", "m.list.0", "n.x", "m.x", "nothing") == [
                "type": .text("user"), "m.list.0": .null, "m.list.1.a": .number(1.5), "m.list.2.a": .flag(true),
                "m.x": .integer(7),
            ])
    }

    @Test func aNameAndAnyNameMayStandAtTheSamePlace() {
        #expect(
            fields(#"{"a":{"b":1,"c":2},"d":{"b":3}}"#, "a.b", "*.b", "a.*") == [
                "a.b": .integer(1), "a.c": .integer(2), "d.b": .integer(3),
            ])
    }

    @Test(arguments: ["hello", "", "[1,2]", "\"x\"", "7"]) func whatIsNoObjectIsText(text: String) {
        #expect(line(text, "a") == .text(text))
    }

    @Test(arguments: ["{torn \"401 Unauthorized\"", "{\"a\":1} {", "{\"a\":1,\"a\":2}"])
    func whatWasToBeAnObjectIsNobodysWord(text: String) {
        #expect(line(text, "a") == .fields([]))
    }

    @Test func inTextNothingIsAnObject() {
        #expect(paths(["a"], .text).line(Array("{\"a\":1}".utf8)) == .text("{\"a\":1}"))
    }

    @Test func bytesThatAreNoTextDoNoHarm() {
        #expect(paths(["a"]).line([0x7B, 0xFF, 0xFE, 0x00]) == .fields([]))
        guard case .text = paths(["a"]).line([0xFF, 0x00]) else {
            Issue.record("it is no object")
            return
        }
    }

    @Test func howeverMuchStandsBeforeItWhatIsAskedForIsFound() {
        let many = (0..<50_000).map { "{\"id\":\($0)}" }.joined(separator: ",")
        let text = "{\"denials\":[\(many)],\"message\":{\"content\":[{\"is_error\":true}]}}"
        #expect(fields(text, "message.content.*.is_error") == ["message.content.0.is_error": .flag(true)])
    }

    @Test func whatAnyElementMayBeHasAnEnd() {
        let many = (0..<50_000).map { "{\"id\":\($0)}" }.joined(separator: ",")
        #expect(fields("{\"denials\":[\(many)]}", "denials.*.id").count == 256)
    }

    @Test func longTextsAreCut() {
        let text = String(repeating: "x", count: 10_000)
        let cut = String(repeating: "x", count: 4096)
        #expect(fields("{\"a\":\"\(text)\"}", "a") == ["a": .text(cut)])
        #expect(line(text, "a") == .text(cut))
    }

    @Test func ofALineThatIsTooLongOrTooDeepNothingIsKnown() {
        let long = String(repeating: "x", count: 5 << 20)
        #expect(line("{\"b\":1,\"a\":\"\(long)\"}", "b") == .fields([]))
        let deep = String(repeating: "{\"a\":", count: 100) + "1" + String(repeating: "}", count: 100)
        #expect(line("{\"b\":1,\"c\":\(deep)}", "b") == .fields([]))
    }
}
