// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// Arguments that are wrong are told on stderr, and nothing is started.
@Suite struct UsageTests {
    struct Case: CustomTestStringConvertible {
        let arguments: [String]
        let message: String
        var testDescription: String { arguments.joined(separator: " ") }
    }

    static let cases: [Case] = [
        Case(arguments: [], message: "command: \"\" is not right (-- PROGRAM ARGUMENT …)"),
        Case(arguments: ["--dir", "/tmp", "--"], message: "command: \"\" is not right (-- PROGRAM ARGUMENT …)"),
        Case(arguments: ["--", "true"], message: "--dir: \"\" is not right (it is needed)"),
        Case(arguments: ["--colour", "red", "--", "true"], message: "--colour: \"red\" is not right (no such option)"),
        Case(arguments: ["--dir"], message: "--dir: \"\" is not right (it takes a value)"),
        Case(arguments: ["--nice", "20", "--", "true"], message: "\"20\" is not right (a number from -20 to 19)"),
        Case(arguments: ["--uid", "-1", "--", "true"], message: "(a number from 0 to 4294967294)"),
        Case(arguments: ["--umask", "8", "--", "true"], message: "(octal, from 0 to 777)"),
        Case(arguments: ["--rlimit", "fish=1", "--", "true"], message: "--rlimit: \"fish=1\" is not right (nofile, "),
        Case(arguments: ["--groups", "1,,2", "--", "true"], message: "(up to 256 numbers with commas)"),
        Case(arguments: ["--lock-fd", "2", "--", "true"], message: "(a number from 3 to 1048576)"),
        Case(arguments: ["--streams", "both", "--", "true"], message: "(merged, separate or none)"),
        Case(
            arguments: ["--instance", String(repeating: "i", count: 256), "--", "true"],
            message: "(at most 255 bytes)"),
        Case(
            arguments: ["--dir", "/" + String(repeating: "d", count: 4096), "--", "true"],
            message: "(at most 4032 bytes)"),
        Case(arguments: ["--probe", "--", "true"], message: "--timeout-ms: \"\" is not right (a probe needs it)"),
        Case(
            arguments: ["--probe", "--timeout-ms", "9", "--cgroup", "/x", "--", "true"], message: "(a probe has none)"),
    ]

    @Test(arguments: cases)
    func isToldWithWhatWouldBeRight(_ wanted: Case) throws {
        let result = try run(RunningKeeper.program, wanted.arguments)
        #expect(result.code == 2)
        #expect(result.error.hasPrefix("hostd-keeper: ") && result.error.contains(wanted.message))
        #expect(result.output.isEmpty)
    }
}
