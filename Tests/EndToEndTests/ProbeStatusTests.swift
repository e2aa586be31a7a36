// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Every probe's last answer is there to be seen, whatever it asks, and no secret with it.
@Suite struct ProbeStatusTests {
    private static let secret = "Bearer sk-4711"

    /// A service for each way to ask; what its live or ready probe is expected to show.
    private struct Asked {
        let name: String
        let kind: String
        let section: String
        let target: String
        let seen: String
    }

    private func services(_ gateway: Gateway, socket: String) -> [Asked] {
        func sleeper(_ name: String, _ kind: String, _ probe: String, _ target: String, _ seen: String) -> Asked {
            let section = "[service.\(name)]\ncommand = [\"sleep\", \"1000\"]\n\(kind) = { \(probe) }\n"
            return Asked(name: name, kind: kind, section: section, target: target, seen: seen)
        }
        func notifier(_ name: String, _ kind: String, _ probe: String, _ target: String, _ seen: String) -> Asked {
            let steps = ["print=it goes on", "READY=1", "beat"]
            let section = Notifier.section(steps, "\(kind) = { \(probe) }")
            return Asked(
                name: name, kind: kind, section: section.replacing("service.web", with: "service.\(name)"),
                target: target, seen: seen)
        }
        let headers = "headers = { Authorization = \"\(Self.secret)\" }"
        return [
            sleeper(
                "http", "live",
                "http = \"\(gateway.url)/healthz\", body = '\"ok\": *true', \(headers), interval = \"99ms\"",
                "http \(gateway.url)/healthz", "200 in "),
            sleeper(
                "body", "ready", "http = \"\(gateway.url)/healthz\", body = 'never', \(headers)",
                "http \(gateway.url)/healthz", "the body does not match: {\"ok\":true"),
            sleeper(
                "tcp", "ready", "tcp = \"127.0.0.1:\(gateway.port)\"", "tcp 127.0.0.1:\(gateway.port)", "accepted in "),
            sleeper("unix", "ready", "unix = \"\(socket)\"", "unix \(socket)", "accepted in "),
            sleeper(
                "exec", "ready", "exec = \"echo so it is; exit 3\"", "exec /bin/sh -c echo so it is; exit 3",
                "exit 3: so it is"),
            notifier("notify", "startup", "notify = true", "notify READY=1", "READY=1"),
            notifier("heartbeat", "live", "heartbeat = \"1s\"", "heartbeat WATCHDOG=1", "WATCHDOG=1 "),
            notifier("log", "ready", "log = \"^it goes\", interval = \"50ms\"", "log ^it goes", "line: it goes on"),
        ]
    }

    @Test func whatEachProbeSawIsShownWithItsTime() throws {
        let gateway = try Gateway()
        let folder = try TemporaryFolder()
        let socket = folder.path + "/socket"
        let listener = try Accepting(path: socket)
        let all = services(gateway, socket: socket)
        let host = try HostUnderTest(gateway.section() + all.map(\.section).joined(separator: "\n"))
        try host.start()
        try host.waitReady("gateway")
        for asked in all {
            let status = try host.wait(asked.name, for: "ready", "running") {
                $0.health[asked.kind]?.seen.contains(asked.seen) == true
            }
            let probe = try #require(status.health[asked.kind])
            #expect(probe.target == asked.target)
            #expect(probe.ok == !["body", "exec"].contains(asked.name), "\(asked.name)")
            let at = try #require(probe.at)
            #expect(at.milliseconds >= status.since.milliseconds - 60_000)
            #expect(try #require(probe.durationMilliseconds) >= 0)
            let page = try host.run("hostctl", ["--dir", host.dir, "status", asked.name]).output
            #expect(page.contains(asked.target) && page.contains(asked.seen), "\(page)")
            #expect(page.contains("took ") && page.contains(" ago"), "\(page)")
        }
        try host.wait("http", for: "ready") { $0.health["live"]?.ok == true }
        var said = host.said + String(decoding: try host.request("GET", "/v1/status").body, as: UTF8.self)
        said += String(decoding: try host.request("GET", "/v1/events").body, as: UTF8.self)
        for asked in all {
            said += String(decoding: try host.request("GET", "/v1/services/\(asked.name)").body, as: UTF8.self)
        }
        #expect(!said.contains("4711"))
        withExtendedLifetime(listener) {}
    }
}
