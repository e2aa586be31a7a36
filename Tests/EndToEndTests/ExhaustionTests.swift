// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// hostd without descriptors cannot ask, and blames nobody for that.
@Suite struct ExhaustionTests {
    @Test(arguments: ["http", "tcp", "unix", "exec"])
    func aHealthyServiceIsNotRestartedWhileHostdCanOpenNothing(target: String) throws {
        let gateway = try Gateway()
        let folder = try TemporaryFolder()
        let question =
            switch target {
            case "http": "http = \"\(gateway.url)/healthz\""
            case "tcp": "tcp = \"127.0.0.1:\(gateway.port)\""
            case "unix": "unix = \"\(folder.path)/socket\""
            default: "exec = [\"true\"]"
            }
        let live = "live = { \(question), interval = \"20ms\", failures = 1 }"
        let listener = target == "unix" ? try Accepting(path: folder.path + "/socket") : nil
        let host = try HostUnderTest(
            gateway.section(probes: false) + "startup = { http = \"\(gateway.url)/startupz\", interval = \"50ms\" }\n"
                + live)
        try host.start()
        let pid = try host.waitReady("gateway")
        try host.wait("gateway", for: "ready") { $0.health["live"]?.ok == true }
        // hostd has accepted these when it has answered what comes behind them.
        var connections = try (0..<12).map { _ in try host.connect().release() }
        _ = try host.status()
        try setOpenFiles(of: host.pid, 3)
        var times: Set<Int64> = []
        while let raw = connections.popLast() {
            let answer = try host.request("GET", "/v1/services/gateway", through: Descriptor(owning: raw))
            let status = try ServiceStatus(json: try JSON(parsing: answer.body))
            #expect(status.state == "ready" && status.pid == pid && status.health["live"]?.failures == 0)
            if let live = status.health["live"], live.ok == nil, let at = live.at {
                #expect(live.seen.hasPrefix("hostd cannot ask: "), "\(live.seen)")
                times.insert(at.milliseconds)
            }
            letPass(microseconds: 60_000)
        }
        #expect(times.count >= 2, "hostd tried again and again")
        try setOpenFiles(of: host.pid, nil)
        let after = try host.wait("gateway", for: "ready") { $0.health["live"]?.ok == true }
        #expect(after.pid == pid && after.restarts == 0)
        withExtendedLifetime(listener) {}
    }

    /// Sets the soft limit of another process; nil sets it to the hard one.
    private func setOpenFiles(of pid: Int32, _ count: Int?) throws {
        let limits = try Files.readText("/proc/\(pid)/limits", limit: 65536)
        let hard = limits.split(separator: "\n").first { $0.hasPrefix("Max open files") }?.split(separator: " ")[4]
        let value = count.map { "\($0)" } ?? String(hard ?? "")
        let process = try Processes.spawn("/usr/bin/prlimit", ["--pid", "\(pid)", "--nofile=\(value):"])
        let child = process.pid
        _ = process.takeDescriptor()
        #expect(try Processes.reap(child).status == 0)
    }
}
