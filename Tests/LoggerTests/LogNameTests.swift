// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import HostLogs

@Suite struct LogNameTests {
    @Test(arguments: [
        "gateway", "gateway@2", "job-42.log_x", "A9", "gateway/stderr", String(repeating: "a", count: 128),
    ])
    func aNameOfALogIsOneFolderOrItsStderr(_ name: String) {
        #expect(LogName.isValid(name))
    }

    @Test(arguments: [
        "", ".", "..", ".hidden", "-x", "/", "/etc", "a/", "a/b", "a/../b", "a//stderr", "a/stderr/stderr", "a b",
        "a\0", "é", String(repeating: "a", count: 129),
    ])
    func nothingThatCouldLeadElsewhereIsAName(_ name: String) {
        #expect(!LogName.isValid(name))
    }

    @Test func anInstanceIsAWordOfAtMost256Bytes() {
        #expect(LogName.isInstance("gateway.17/out"))
        #expect(LogName.isInstance(String(repeating: "x", count: 256)))
        for text in ["", "a b", "a\tb", "a\n", String(repeating: "x", count: 257)] {
            #expect(!LogName.isInstance(text))
        }
    }

    @Test func aPathIsAbsoluteAndOfAtMost2KiB() {
        #expect(LogName.isPath("/run/hostd/a folder/out"))
        #expect(LogName.isPath("/" + String(repeating: "x", count: 2047)))
        for text in ["", "run/out", "/run\0/out", "/" + String(repeating: "x", count: 2048)] {
            #expect(!LogName.isPath(text))
        }
    }
}
