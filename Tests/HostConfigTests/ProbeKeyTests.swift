// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// The keys of probes, and which of them go together.
struct ProbeKeyTests {
    @Test func aWholeHTTPProbe() throws {
        let lines = """
            [service.a.live]
            http = "http://127.0.0.1:1/x"
            expect = ["200-299", 404]
            body = '"status": *"(ok|warn)"'
            headers = { Authorization = "Bearer $$x", X-Empty = "" }
            """
        let question = HTTPQuestion(
            url: "http://127.0.0.1:1/x", expected: [200...299, 404...404], body: #""status": *"(ok|warn)""#,
            headers: ["Authorization": "Bearer $x", "X-Empty": ""])
        #expect(try service(lines).live?.target == .http(question))
    }

    @Test func aUnixProbe() throws {
        #expect(try service("ready = { unix = \"/run/a.sock\" }").ready?.target == .unix(path: "/run/a.sock"))
    }

    @Test(arguments: [
        ("unix = \"run/a.sock\"", "unix: \"run/a.sock\" is not an absolute path (begin it with \"/\")"),
        ("unix = \"\"", "unix: is empty (write an absolute path)"),
        (
            "unix = \"/\(String(repeating: "x", count: 107))\"",
            "unix: 108 bytes are too many for the path of a socket (at most 107)"
        ),
        (
            "http = \"http://x/\", body = \"a(b\"",
            "body: \"a(b\" is no POSIX extended regular expression: Unmatched ( or \\("
        ),
        ("http = \"http://x/\", body = \"\"", "body: is empty, so it matches everything (leave the key out)"),
        (
            "http = \"http://x/\", body = '(a)\\1'",
            "body: \"(a)\\\\1\" refers back with \\1 (write out what is to match again)"
        ),
        ("http = \"http://x/\", body = '\\d'", "body: \"\\\\d\" has \\d, which POSIX does not know (write [0-9])"),
        (
            "http = \"http://x/\", headers = { \"a b\" = \"\" }",
            "headers.\"a b\": \"a b\" is no name of a header (write one like \"Authorization\")"
        ),
        (
            "http = \"http://x/\", headers = { content-length = \"5\" }",
            "headers.content-length: hostd sets this header itself (leave it out)"
        ),
        (
            "http = \"http://x/\", headers = { A = \"x\\ny\" }",
            "headers.A: has a line break or another control character in it (leave it out)"
        ),
    ])
    func valuesThatAreNone(keys: String, message: String) {
        let found = error("live = { \(keys) }")
        #expect(found.drop { $0 != " " } == " service.a.live.\(message)", "\(found)")
    }

    @Test(arguments: ["\\\\d", "[0-9]+", "^ready$", "a\\\\1"])
    func patterns(text: String) throws {
        let live = try service("live = { http = \"http://x/\", body = '\(text)' }").live
        #expect(live?.target == .http(HTTPQuestion(url: "http://x/", body: text)))
    }

    @Test(arguments: [
        ("tcp = \"x:1\", body = \"a\"", "body: goes with http, not with tcp (leave it out)"),
        ("exec = [\"x\"], headers = {}", "headers: goes with http, not with exec (leave it out)"),
        ("unix = \"/x\", expect = 200", "expect: goes with http, not with unix (leave it out)"),
    ])
    func keysThatMakeNoSenseWithTheTarget(keys: String, message: String) {
        let found = error("live = { \(keys) }")
        #expect(found.drop { $0 != " " } == " service.a.live.\(message)", "\(found)")
    }

    @Test func whatIsListenedTo() throws {
        let read = try service("startup = { notify = true, deadline = \"5m\" }\nlive = { heartbeat = \"30s\" }")
        #expect(read.startup?.target == .notify && read.startup?.deadline == .seconds(300))
        #expect(read.live?.target == .heartbeat && read.live?.interval == .seconds(30) && read.live?.failures == 1)
        #expect(read.heartbeat == .seconds(30) && read.isHeard)
        #expect(try service("live = { heartbeat = \"30s\", failures = 3 }").live?.failures == 3)
        #expect(try service("ready = { notify = true }").ready?.target == .notify)
        #expect(try service("ready = { notify = false }").ready == nil)
        let log = try service("ready = { log = '^listening on [0-9]+', interval = \"1s\" }").ready
        #expect(log?.target == .log(pattern: "^listening on [0-9]+"))
    }

    @Test(arguments: [
        (
            "live = { notify = true }",
            "live.notify: tells of a start, once (write it in startup or ready; here heartbeat = \"30s\")"
        ),
        (
            "ready = { heartbeat = \"1s\" }",
            "ready.heartbeat: tells whether it lives (write it in live; here notify = true)"
        ),
        (
            "ready = { notify = true, interval = \"1s\" }",
            "ready.interval: goes with http, tcp, unix, exec and log, not with notify (leave it out)"
        ),
        (
            "live = { heartbeat = \"1s\", successes = 2 }",
            "live.successes: goes with http, tcp, unix and exec, not with heartbeat (leave it out)"
        ),
        (
            "startup = { notify = true, delay = \"1s\" }",
            "startup.delay: goes with http, tcp, unix, exec and log, not with notify (leave it out)"
        ),
        (
            "live = { log = 'x', timeout = \"1s\" }",
            "live.timeout: goes with http, tcp, unix and exec, not with log (leave it out)"
        ),
        (
            "live = { log = 'x(' }",
            "live.log: \"x(\" is no POSIX extended regular expression: Unmatched ( or \\("
        ),
        ("live = { heartbeat = \"50ms\" }", "live.heartbeat: \"50ms\" is out of range (100ms to 1d)"),
    ])
    func whatMakesNoSenseWithListening(line: String, message: String) {
        let all = errors("[service.a]\ncommand = [\"x\"]\n" + line)
        #expect(all.contains { $0.hasSuffix(": service.a.\(message)") }, "\(all)")
    }

    @Test func aLaterFileMayAskSomethingElse() throws {
        let read = try configuration([
            ("a", "[service.a]\ncommand = [\"x\"]\nlive = { http = \"http://x/\", body = \"ok\", expect = 200 }"),
            ("b", "[service.a.live]\ntcp = \"x:1\""),
        ])
        #expect(read.services.first?.live?.target == .tcp(host: "x", port: 1))
    }
}
