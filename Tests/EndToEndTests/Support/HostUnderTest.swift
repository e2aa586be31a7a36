// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostWire
import TestKit

/// A real hostd in a folder of its own, with everything that it starts; ended with all of it when the test is over.
final class HostUnderTest {
    /// Holds hostd.toml, state, run and log.
    let dir: String
    /// hostd itself, while it runs.
    private(set) var pid: Int32 = 0
    private var pidfd: Int32 = -1
    private let folder: TemporaryFolder
    private let environment: [String]
    /// Further entries of hostd's environment, from its next start on.
    var furtherEnvironment: [String] = []
    /// What hostd is started by, with its arguments; it becomes hostd in the end.
    var starter: [String] = []
    /// Counts the boots of the host.
    var epoch = 1

    /// Writes the configuration; `start` runs hostd.
    init(_ configuration: String, environment: [String: String] = [:]) throws {
        folder = try TemporaryFolder()
        dir = folder.path
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        var all = ["PATH": path, "SWIFT_BACKTRACE": "enable=no"]
        all.merge(environment) { _, new in new }
        self.environment = all.map { "\($0.key)=\($0.value)" }
        try configure(configuration)
    }

    /// Replaces the configuration; hostd reads it at its next start.
    func configure(_ text: String) throws {
        try Files.replace(dir + "/hostd.toml", with: text.utf8)
    }

    /// Runs hostd and waits until its control socket answers.
    func start() throws {
        try launch()
        do {
            try waitUntil("hostd to answer") { (try? status()) != nil }
        } catch {
            let end = reap(seconds: 0.1).map { "ended with \($0)" } ?? "runs"
            throw TimedOut(event: "hostd to answer; it \(end) and said: \(said)")
        }
    }

    /// Runs hostd without waiting for anything.
    func launch() throws {
        let output = try Descriptor(opening: dir + "/hostd.out", O_WRONLY | O_CREAT | O_APPEND)
        let line = starter + [Programs.path("hostd"), "--dir", dir]
        let process = try Processes.spawn(
            line[0], Array(line.dropFirst()),
            environment: environment + furtherEnvironment + ["HOSTD_EPOCH=test-\(epoch)"],
            output: output.raw)
        pid = process.pid
        pidfd = process.takeDescriptor().release()
    }

    /// What hostd said so far.
    var said: String { (try? Files.readText(dir + "/hostd.out", limit: 16 << 20)) ?? "" }

    /// SIGKILL, and the proof that it is gone.
    func kill() {
        guard pidfd >= 0 else { return }
        chost_pidfd_send_signal(pidfd, SIGKILL)
        _ = reap(seconds: 10)
    }

    /// SIGTERM; returns its exit code.
    @discardableResult
    func stop(seconds: Double = 30) throws -> Int32 {
        chost_pidfd_send_signal(pidfd, SIGTERM)
        guard let status = reap(seconds: seconds) else { throw TimedOut(event: "hostd to end: \(said)") }
        return status
    }

    func signal(_ number: Int32) { chost_pidfd_send_signal(pidfd, number) }

    /// Waits for the end of hostd; its exit code, 128 + signal, nil when it does not end.
    func reap(seconds: Double) -> Int32? {
        var status: Int32 = 0
        let raw = pidfd
        guard (try? waitUntil("hostd to end", seconds: seconds) { chost_pidfd_reap(raw, &status) != 0 }) != nil else {
            return nil
        }
        close(raw)
        pidfd = -1
        return status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
    }

    deinit {
        if pidfd >= 0 {
            signal(SIGTERM)
            if reap(seconds: 10) == nil { kill() }
        }
        endLeftovers()
    }

    /// Whatever the test left: keepers by their records, processes by their token, the logger by its lock.
    private func endLeftovers() {
        for folder in (try? InstanceFolder.all(under: dir + "/run", jobs: dir + "/state/jobs")) ?? [] {
            let token = folder.token()
            if let record = folder.record("start"), let keeper: Int32 = record.integer("keeper_pid"),
                let ticks: UInt64 = record.integer("keeper_start"),
                let process = Processes.open(ProcessIdentity(pid: keeper, startTicks: ticks))
            {
                Processes.signal(process, SIGKILL)
            }
            if let token { _ = OrphanSweep.run(token: token, cgroup: nil) }
        }
        for logger in loggers { Glibc.kill(logger, SIGKILL) }
    }

    /// The loggers of this host, also one that does not answer yet.
    var loggers: [Int32] {
        Processes.all().filter { pid in
            let line = try? Files.readText("/proc/\(pid)/cmdline", limit: 4096)
            return line?.contains("--run\0\(dir)/run\0") == true
        }
    }

    /// The logger that serves this host now.
    var loggerPid: Int32? {
        guard let socket = try? Sockets.connect(to: dir + "/run/logger.sock") else { return nil }
        return Sockets.peerPid(socket)
    }
}
