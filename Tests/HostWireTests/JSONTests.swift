// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

@testable import HostWire

struct JSONTests {
    private func read(_ text: String, limits: JSONLimits = .wire) throws(JSONError) -> JSON {
        try JSON(parsing: Array(text.utf8), limits: limits)
    }

    private func failure(_ text: String, limits: JSONLimits = .wire) -> String {
        do {
            return "no error but \(try read(text, limits: limits))"
        } catch {
            return error.description
        }
    }

    @Test func everyKindOfValueIsReadAndWrittenAsItWas() throws {
        let text = #"{"z":null,"a":[true,false,-1,0,9223372036854775807],"m":{"n":1.5},"s":"","e":[],"o":{}}"#
        let json = try read(text)
        #expect(json.serialized == text, "members keep their order")
        #expect(json["a"]?.elements?.count == 5)
        #expect(json["m"]?["n"] == 1.5)
        #expect(json["missing"] == nil)
        #expect(json["s"]?.text == "")
    }

    @Test func spacesAroundValuesDoNotMatter() throws {
        #expect(try read(" \t\r\n{ \"a\" : [ 1 , 2 ] }\n") == ["a": [1, 2]])
    }

    @Test(arguments: ["null", "true", "12", "-0.5", "\"text\"", "[]", "{}"])
    func aTextMayBeAnyValue(text: String) throws {
        #expect(try read(text).serialized == text)
    }

    @Test func escapesAreReadAndOnlyThoseThatAreNeededAreWritten() throws {
        let json = try read(#""\"\\\/\b\f\n\r\t\u00e9\ud83d\ude42\u0000\u001f""#)
        #expect(json == .string("\"\\/\u{8}\u{c}\n\r\té🙂\0\u{1f}"))
        #expect(json.serialized == #""\"\\/\u0008\u000c\n\r\té🙂\u0000\u001f""#)
        #expect(try read(json.serialized) == json)
    }

    @Test func everyCharacterComesBack() throws {
        var text = ""
        for value in UInt32(0)...0x2FF { if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) } }
        text += "\u{2028}\u{FEFF}\u{FFFD}\u{10FFFF}"
        #expect(try read(JSON.string(text).serialized) == .string(text))
        // A key cannot have a NUL in it; nobody of ours writes one.
        let key = String(text.dropFirst())
        #expect(try read(JSON.object([JSON.Member(key: key, value: 1)]).serialized)[key] == 1)
    }

    @Test(arguments: [
        0, -0.0, 1, 0.1, 1e16, .greatestFiniteMagnitude, .leastNonzeroMagnitude, -2.5e-7, 123_456_789.123_456_79,
    ])
    func everyNumberComesBack(number: Double) throws {
        guard case .number(let back) = try read(JSON.number(number).serialized) else {
            Issue.record("no number but \(JSON.number(number).serialized)")
            return
        }
        #expect(back.bitPattern == number.bitPattern)
    }

    @Test(arguments: [Int64.min, -1, 0, 1, .max]) func everyIntegerComesBack(integer: Int64) throws {
        #expect(try read(JSON.integer(integer).serialized) == .integer(integer))
    }

    @Test func whatJSONCannotSayIsNull() {
        #expect(JSON.number(.infinity).serialized == "null")
        #expect(JSON.number(.nan).serialized == "null")
        #expect(JSON(UInt64.max) == .integer(.max), "cut, not wrapped")
        #expect(JSON(String?.none) == .null)
        #expect(JSON(Int?.none) == .null)
    }

    @Test(arguments: [
        ("", "no JSON at line 1, column 1: nothing there"),
        ("{", "no JSON at line 1, column 1: string or '}' expected near end of file"),
        ("{\"a\":1,}", "no JSON at line 1, column 8: string or '}' expected near '}'"),
        ("[1\n2]", "no JSON at line 2, column 1: ']' expected near '2'"),
        ("nul", "no JSON at line 1, column 3: invalid token near 'nul'"),
        ("01", "no JSON at line 1, column 1: invalid token near '0'"),
        ("1 2", "no JSON at line 1, column 3: end of file expected near '2'"),
        ("'a'", "no JSON at line 1, column 1: invalid token near '''"),
        ("9223372036854775808", "no JSON at line 1, column 19: too big integer near '9223372036854775808'"),
        ("1e999", "no JSON at line 1, column 5: real number overflow near '1e999'"),
        (#""\ud83d""#, "no JSON at line 1, column 8: invalid Unicode '\\uD83D' near '\"\\ud83d\"'"),
        (#"{"a":1,"a":2}"#, "no JSON at line 1, column 10: duplicate object key near '\"a\"'"),
    ])
    func whatIsNoJSONSaysWhereAndWhy(text: String, message: String) {
        #expect(failure(text) == message)
    }

    @Test func bytesThatAreNoUTF8AreRefused() {
        for bytes: [UInt8] in [[0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0xFF]] {
            #expect(throws: JSONError.self) { try JSON(parsing: bytes) }
        }
    }

    @Test func depthIsLimited() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try read(nested(64)).elements != nil)
        #expect(failure(nested(65)) == "this JSON has more than 64 levels of arrays and objects")
        #expect(failure(nested(1_000_000)).contains("maximum parsing depth reached"))
        let objects = String(repeating: "{\"a\":", count: 65) + "1" + String(repeating: "}", count: 65)
        #expect(failure(objects) == "this JSON has more than 64 levels of arrays and objects")
    }

    @Test func sizeIsLimited() throws {
        let limits = JSONLimits(bytes: 10, depth: 2)
        #expect(try read("\"12345678\"", limits: limits) == "12345678")
        #expect(failure("\"123456789\"", limits: limits) == "this JSON has 11 bytes (at most 10)")
    }

    /// Plain JSON is read without jansson, the rest by it: nobody must notice.
    @Test func whatIsReadQuicklyIsWhatJanssonReads() throws {
        var random = SplitMix64(seed: 8)
        let good = Array(
            #"{"a":[1,-2.5E+3,"x\u00e9\ud83d\ude42\n\/",null,true,false,-0, 12e2],"é":{"c":{"d":[[],{}]}},"e":-1e-5}"#
                .utf8)
        let alphabet = Array(#"{}[]":,\u0019eE+-.tfn "#.utf8) + [0, 0x1F, 0x7F, 0x80, 0xC3, 0xA9, 0xED, 0xF0, 0xFF]
        var plain = 0
        for _ in 0..<50_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<4, using: &random) {
                case 0: bytes[index] = alphabet.randomElement(using: &random) ?? 0
                case 1: bytes.remove(at: index)
                case 2: bytes.insert(alphabet.randomElement(using: &random) ?? 0, at: index)
                default: bytes = Array(bytes[..<index] + bytes[..<index].suffix(9) + bytes[index...])
                }
            }
            guard let quick = JSONQuickReader.value(of: bytes, depth: 5) else { continue }
            plain += 1
            let slow = try? JSON(slowly: bytes, limits: JSONLimits(bytes: 1 << 20, depth: 5))
            guard quick == slow else {
                Issue.record("\(String(decoding: bytes, as: UTF8.self)): \(quick), not \(String(describing: slow))")
                return
            }
        }
        #expect(plain > 10_000)
    }

    @Test(arguments: [
        #"{"a":1,"a":2}"#, #"{"\u0061":1}"#, "01", "-", "1.", "1e", "9223372036854775808", "-9223372036854775809",
        "1e999",
        #""\ud83d""#, #""\ud83d\u0041""#, "\"\u{1}\"", "[1,]", "[", "nul", "", "[[[1]]]", #"{"a":1"#, "1 1",
    ])
    func whatIsNotPlainIsLeftToJansson(text: String) {
        #expect(JSONQuickReader.value(of: Array(text.utf8), depth: 2) == nil)
    }

    @Test func ofManyMembersNoneMayStandTwiceEither() throws {
        let many = (0..<100).map { "\"k\($0)\":\($0)" }.joined(separator: ",")
        #expect(try read("{\(many)}")["k99"] == 99)
        #expect(failure("{\(many),\"k7\":1}").contains("duplicate object key"))
    }

    @Test func textThatWasChangedAtRandomNeverTraps() {
        var random = SplitMix64(seed: 7)
        let good = Array(#"{"a":[1,2.5,"x\u00e9\n",null,true],"b":{"c":{"d":[[]]}},"e":-1e-5}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = good
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(bytes[Int.random(in: bytes.indices, using: &random)], at: index)
                }
            }
            guard let json = try? JSON(parsing: bytes) else { continue }
            #expect((try? JSON(parsing: json.bytes)) == json)
        }
    }
}
