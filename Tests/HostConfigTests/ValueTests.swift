// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Each kind of value: what is taken, and what is said of what is not.
struct ValueTests {
    @Test(arguments: [
        ("100ms", 100), ("10s", 10_000), ("5m", 300_000), ("24h", 86_400_000), ("7d", 604_800_000),
        ("1m30s", 90_000), ("1h2m3s4ms", 3_723_004), ("1.5h", 5_400_000), ("0.1s", 100), ("1d24h", 172_800_000),
    ])
    func times(text: String, milliseconds: Int) throws {
        #expect(try service("after_timeout = \"\(text)\"").afterTimeout == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        (#""10""#, #""10" has no unit (write "10s")"#), ("10", #"10 has no unit (write "10s")"#),
        ("1.5", #"1.5 has no unit (write "1.5s")"#), (#""99ms""#, #""99ms" is out of range (100ms to 7d)"#),
        (#""8d""#, #""8d" is out of range (100ms to 7d)"#),
        (#""9999999999999999s""#, #""9999999999999999s" is out of range (100ms to 7d)"#),
        (#""2M""#, #""2M" has the unknown unit "M" (write ms, s, m, h, d)"#),
        (#""2min""#, #""2min" has the unknown unit "min" (write ms, s, m, h, d)"#),
        (#""30s1m""#, #""30s1m" has its units out of order (write "1m30s")"#),
        (#""1h1h""#, #""1h1h" has its units out of order (write "2h")"#),
        (#""0.0001s""#, #""0.0001s" is finer than 1ms (write whole milliseconds)"#),
        (#""soon""#, #""soon" is no time (write one like "10s" or "1m30s")"#),
        (#""2 m""#, #""2 m" is no time (write one like "10s" or "1m30s")"#),
        (#""-1s""#, #""-1s" is no time (write one like "10s" or "1m30s")"#),
        (#""""#, #""" is no time (write one like "10s" or "1m30s")"#),
        ("true", #"true is a boolean (write a time, like "10s")"#),
        ("-1", #"-1 is an integer (write a time, like "10s")"#),
        ("nan", #"nan is a decimal number (write a time, like "10s")"#),
        ("[]", #"this is an array (write a time, like "10s")"#),
        ("1979-05-27", #"this is a date or time of day (write a time, like "10s")"#),
    ])
    func timesThatAreNone(value: String, message: String) {
        #expect(error("after_timeout = \(value)") == "17: service.a.after_timeout: \(message)")
    }

    @Test(arguments: [
        ("1KiB", 1024), ("16MiB", 16 << 20), ("2GiB", 2 << 30), ("1024GiB", 1 << 40), ("16MB", 16_000_000),
        ("100kB", 100_000), ("1.5MiB", 1_572_864), ("4096B", 4096),
    ])
    func sizes(text: String, bytes: UInt64) throws {
        #expect(try service("log = { max_size = \"\(text)\" }").log.maxSizeBytes == bytes)
    }

    @Test(arguments: [
        ("16", #"16 has no unit (write "16MiB")"#), ("16777216", #"16777216 has no unit (write "16MiB")"#),
        (#""16""#, #""16" has no unit (write "16MiB")"#),
        (#""1023B""#, #""1023B" is out of range (1KiB to 1024GiB)"#),
        (#""1025GiB""#, #""1025GiB" is out of range (1KiB to 1024GiB)"#),
        (#""16mb""#, #""16mb" has the unknown unit "mb" (write B, KiB, MiB, GiB, kB, MB, GB)"#),
        (#""1.0001KiB""#, #""1.0001KiB" is not a whole number of bytes (write one like "16MiB")"#),
        (#""1MiB1KiB""#, #""1MiB1KiB" is no size (write one like "16MiB")"#),
        ("-5", #"-5 is an integer (write a size, like "16MiB")"#),
        ("1.5", #"1.5 is a decimal number (write a size, like "16MiB")"#),
    ])
    func sizesThatAreNone(value: String, message: String) {
        #expect(error("log = { max_size = \(value) }") == "20: service.a.log.max_size: \(message)")
    }

    @Test(arguments: [("0%", 0), ("50%", 0.5), ("12.5%", 0.125), ("100%", 1)])
    func shares(text: String, share: Double) throws {
        #expect(try service("restart = { jitter = \"\(text)\" }").restart.jitter == share)
    }

    @Test(arguments: [
        (#""50""#, #""50" has no unit (write "50%")"#), ("50", #"50 has no unit (write "50%")"#),
        ("0.5", #"0.5 has no unit (write "50%")"#), ("5.5", #"5.5 has no unit (write "5.5%")"#),
        (#""101%""#, #""101%" is out of range (0% to 100%)"#),
        (#""-1%""#, #""-1%" is no share (write one like "50%")"#),
        (#""half""#, #""half" is no share (write one like "50%")"#),
        ("-0.5", #"-0.5 is a decimal number (write a share, like "50%")"#),
        ("inf", #"inf is a decimal number (write a share, like "50%")"#),
    ])
    func sharesThatAreNone(value: String, message: String) {
        #expect(error("restart = { jitter = \(value) }") == "22: service.a.restart.jitter: \(message)")
    }

    @Test(arguments: [
        ("\"SIGTERM\"", 15), ("\"TERM\"", 15), ("\"SIGHUP\"", 1), ("\"SIGSYS\"", 31), ("\"SIGRTMIN\"", 34),
        ("\"SIGRTMIN+30\"", 64), ("15", 15), ("64", 64),
    ])
    func signals(value: String, number: Int32) throws {
        #expect(try service("stop = { signal = \(value) }").stop.signal == number)
    }

    @Test(arguments: [
        (#""SIGTRM""#, #""SIGTRM" is no signal (did you mean "SIGTERM"?)"#),
        (#""term""#, #""term" is no signal (did you mean "SIGTERM"?)"#),
        (#""SIGRTMIN+31""#, #""SIGRTMIN+31" is no signal (write one like "SIGTERM")"#),
        (#""SIGRTMIN++1""#, #""SIGRTMIN++1" is no signal (write one like "SIGTERM")"#),
        ("0", "0 is no signal (1 to 64)"), ("65", "65 is no signal (1 to 64)"),
        ("1.5", #"1.5 is a decimal number (write a signal, like "SIGTERM")"#),
    ])
    func signalsThatAreNone(value: String, message: String) {
        #expect(error("stop = { signal = \(value) }") == "19: service.a.stop.signal: \(message)")
    }

    @Test(arguments: [("000", 0), ("022", 0o22), ("0022", 0o22), ("777", 0o777), ("7", 7)])
    func fileMasks(text: String, mask: UInt32) throws {
        #expect(try service("umask = \"\(text)\"").launch.umask == mask)
    }

    @Test(arguments: ["888", "1777", "-1", "+22", "", "0o22", "00022"])
    func fileMasksThatAreNone(text: String) {
        #expect(
            error("umask = \"\(text)\"")
                == "9: service.a.umask: \"\(text)\" is no file mask (\"000\" to \"777\", octal)")
    }

    @Test func aFileMaskIsWrittenInQuotes() {
        #expect(
            error("umask = 22")
                == #"9: service.a.umask: 22 is an integer (write octal digits in quotes, like "022")"#)
    }

    @Test(arguments: [
        ("nice = 20", "8: service.a.nice: 20 is out of range (-20 to 19)"),
        ("nice = \"5\"", #"8: service.a.nice: "5" is a string (write an integer, -20 to 19)"#),
        ("nice = 5.0", "8: service.a.nice: 5.0 is a decimal number (write an integer, -20 to 19)"),
        ("oom_score_adj = 1001", "17: service.a.oom_score_adj: 1001 is out of range (-1000 to 1000)"),
        ("limits = { open_files = 15 }", "25: service.a.limits.open_files: 15 is out of range (16 to 1073741816)"),
        ("autostart = \"true\"", #"13: service.a.autostart: "true" is a string (write true or false)"#),
        (
            "restart = { policy = \"on_failure\" }",
            #"22: service.a.restart.policy: "on_failure" is unknown (write "always", "on-failure" or "never")"#
        ),
        ("stop = { to = \"all\" }", #"15: service.a.stop.to: "all" is unknown (write "main" or "group")"#),
        ("log = { streams = 1 }", #"19: service.a.log.streams: 1 is an integer (write "merged" or "separate")"#),
        ("directory = \"srv\"", #"13: service.a.directory: "srv" is not an absolute path (begin it with "/")"#),
        ("env_file = \"\"", "12: service.a.env_file: is empty (write an absolute path)"),
        (
            "env_file = \"credential:a/b\"",
            #"12: service.a.env_file: "credential:a/b" names no credential (write one like "credential:gateway.env")"#
        ),
        (
            "env_file = \"gateway.env\"",
            #"12: service.a.env_file: "gateway.env" is not an absolute path (begin it with "/")"#
        ),
        ("directory = \"/a\\u0000\"", "13: service.a.directory: has a NUL character in it (leave it out)"),
        ("user = 5", #"8: service.a.user: 5 is an integer (write "5")"#),
        ("user = \"\"", "8: service.a.user: is empty (leave the key out for the default)"),
        (
            "group = \"a b\"",
            #"9: service.a.group: "a b" is no name of a user or group "#
                + #"(write one like "agent", or its number in quotes)"#
        ),
    ])
    func plainValues(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test(arguments: [
        ("ports = 80", "9: service.a.ports: 80 is an integer (write [80])"),
        ("ports = [80, 0]", "14: service.a.ports: 0 is out of range (1 to 65535)"),
        ("ports = [80, 80]", "14: service.a.ports: 80 stands twice (leave one out)"),
        ("groups = \"a\"", #"10: service.a.groups: "a" is a string (write ["a"])"#),
        ("groups = [\"a\", 5]", #"16: service.a.groups: 5 is an integer (write "5")"#),
        ("restart = { hold_on_exit = [256] }", "29: service.a.restart.hold_on_exit: 256 is out of range (0 to 255)"),
        (
            "ports = [" + (1...65).map(String.init).joined(separator: ",") + "]",
            "9: service.a.ports: 65 ports are too many (at most 64)"
        ),
    ])
    func lists(line: String, message: String) {
        #expect(error(line) == message)
    }

    @Test(arguments: [
        ("[]", "11: service.a.command: is empty (write [\"program\", \"argument\"])"),
        ("\" \"", "11: service.a.command: is empty (write [\"program\", \"argument\"])"),
        ("[\"\"]", "12: service.a.command: the program is empty (write [\"program\", \"argument\"])"),
        ("[\"x\", 1]", "17: service.a.command: 1 is an integer (write \"1\")"),
        ("[\"x\", [\"y\"]]", "17: service.a.command: this is an array (write a string)"),
        ("5", "11: service.a.command: 5 is an integer (write an array of strings, or a string for /bin/sh -c)"),
        (
            "\"echo ${env.HOME}\"",
            "11: service.a.command: \"${env.HOME}\" is not available in this version "
                + "(write \"$${\" for a literal \"${\")"
        ),
        ("[\"x\", \"${y\"]", "17: service.a.command: \"${\" has no \"}\" (write \"$${\" for a literal \"${\")"),
    ])
    func commands(value: String, message: String) {
        #expect(errors("[service.a]\ncommand = \(value)") == ["hostd.toml:2:" + message])
    }

    @Test func aDollarIsItselfUnlessItBeginsABrace() throws {
        #expect(
            try service("command = [\"$HOME\", \"$$\", \"$$$\", \"a$\", \"$${x}\"]").launch.command == [
                "$HOME", "$", "$$", "a$", "${x}",
            ])
    }
}
