// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct NodeVersionTests {
    @Test func versionsAreReadWithAndWithoutTheirV() {
        #expect(NodeVersion("v22.12.0") == NodeVersion(22, 12, 0))
        #expect(NodeVersion("22.12.0")?.description == "22.12.0")
        #expect(NodeVersion("v25.0.0-rc.1")?.prerelease == "rc.1")
        #expect(NodeVersion("24.1.0+sha.5")?.tag == "v24.1.0")
    }

    @Test(arguments: ["", "v", "22", "22.12", "22.12.0.1", "22.-1.0", "22. 1.0", "a.b.c", "22.1.0-", "1234567890.0.0"])
    func whatIsNoVersionIsNone(_ text: String) {
        #expect(NodeVersion(text) == nil)
    }

    @Test func versionsAreOrderedByNumberNotByLetter() throws {
        let order = [
            "0.12.18", "9.0.0", "10.0.0-alpha", "10.0.0-rc.2", "10.0.0-rc.10", "10.0.0", "10.2.0", "10.10.0", "22.1.9",
            "22.1.10",
        ]
        let versions = try order.map { try #require(NodeVersion($0)) }
        #expect(versions.reversed().sorted() == versions)
    }

    @Test(arguments: [
        (">=24.16.0 <25 || >=26.1.0", ["24.16.0", "24.99.1", "26.1.0", "27.0.0"], ["24.15.9", "25.0.0", "26.0.9"]),
        (">=22.12.0", ["22.12.0", "23.0.0"], ["22.11.9", "22.12.0-rc.1", "23.0.0-rc.1"]),
        (">= 22.12.0", ["22.12.0"], ["22.11.9"]), ("^22.12", ["22.12.0", "22.20.1"], ["22.11.0", "23.0.0"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0"]), ("^0.0.3", ["0.0.3"], ["0.0.4"]), ("^0", ["0.9.9"], ["1.0.0"]),
        ("~20.1", ["20.1.0", "20.1.7"], ["20.2.0"]), ("~20", ["20.9.1"], ["21.0.0"]),
        ("~>20.1.2", ["20.1.3"], ["20.2.0"]),
        ("18.x", ["18.0.0", "18.20.4"], ["19.0.0"]), ("18.19.x", ["18.19.1"], ["18.20.0"]),
        ("18", ["18.3.0"], ["17.9.9"]),
        ("*", ["1.2.3"], ["1.2.3-rc.1"]), ("", ["1.2.3"], []), ("x", ["22.0.0"], []),
        ("20 - 22", ["20.0.0", "22.99.0"], ["19.9.9", "23.0.0"]), ("20.1.0 - 22.1.0", ["22.1.0"], ["22.1.1"]),
        ("<=20", ["20.99.0"], ["21.0.0"]), (">20", ["21.0.0"], ["20.99.0"]), (">20.1.1", ["20.1.2"], ["20.1.1"]),
        ("<20", ["19.99.9"], ["20.0.0"]), ("=20.1.0", ["20.1.0"], ["20.1.1"]), ("v20.1.0", ["20.1.0"], ["20.1.1"]),
        (">=25.0.0-rc.1", ["25.0.0-rc.2", "25.0.0", "26.0.0"], ["26.0.0-rc.1", "25.0.0-alpha"]),
        ("18 || 20 || >=22", ["18.1.0", "20.1.0", "23.0.0"], ["19.0.0", "21.0.0"]),
    ])
    func rangesHoldWhatNpmSaysTheyHold(_ range: String, _ inside: [String], _ outside: [String]) throws {
        let range = try #require(NodeRange(range))
        for text in inside { #expect(range.contains(try #require(NodeVersion(text))), "\(text) in \(range)") }
        for text in outside { #expect(!range.contains(try #require(NodeVersion(text))), "\(text) not in \(range)") }
    }

    @Test(arguments: ["22 | 23", "||| 22", "latest", "1.2.3.4", ">*", "20 - ", "22 -", "a || b"])
    func whatIsNoRangeIsNone(_ text: String) {
        #expect(NodeRange(text) == nil)
    }
}
