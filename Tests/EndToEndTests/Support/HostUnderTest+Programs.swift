// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLinux
import TestKit

extension HostUnderTest {
    /// Runs a program of the package to its end; its exit code and what it wrote to stdout and stderr.
    func run(
        _ program: String, _ arguments: [String], environment: [String] = []
    ) throws -> (status: Int32, output: String) {
        try run(at: Programs.path(program), arguments, environment: environment)
    }

    /// Runs any program to its end.
    func run(
        at program: String, _ arguments: [String], environment: [String] = []
    ) throws -> (status: Int32, output: String) {
        let name = program.split(separator: "/").last ?? ""
        let path = "\(dir)/\(name).\(Clock.now.nanoseconds)"
        let output = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL)
        let process = try Processes.spawn(
            program, arguments, environment: environment + ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"],
            output: output.raw)
        let pidfd = process.takeDescriptor()
        let raw = pidfd.raw
        var status: Int32 = 0
        try waitUntil("\(program) to end", seconds: 60) { chost_pidfd_reap(raw, &status) != 0 }
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        return (code, try Files.readText(path, limit: 16 << 20))
    }
}

/// hostctl while it runs, ended with the test.
final class RunningHostctl {
    private let output: String
    private let raw: Int32
    private var hasEnded = false

    /// Starts it on this host.
    init(_ host: HostUnderTest, _ arguments: [String]) throws {
        output = "\(host.dir)/hostctl.\(Clock.now.nanoseconds)"
        let file = try Descriptor(opening: output, O_WRONLY | O_CREAT | O_EXCL | O_APPEND)
        let process = try Processes.spawn(
            Programs.path("hostctl"), ["--dir", host.dir] + arguments,
            environment: ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"], output: file.raw)
        raw = process.takeDescriptor().release()
    }

    deinit {
        if !hasEnded {
            chost_pidfd_send_signal(raw, SIGKILL)
            let raw = raw
            var status: Int32 = 0
            try? waitUntil("hostctl to end") { chost_pidfd_reap(raw, &status) != 0 }
        }
        close(raw)
    }

    /// What it wrote so far, to stdout and stderr.
    func said() throws -> String { try Files.readText(output, limit: 64 << 20) }

    /// Waits for its end; its exit code.
    func wait() throws -> Int32 {
        let raw = raw
        var status: Int32 = 0
        try waitUntil("hostctl to end", seconds: 60) { chost_pidfd_reap(raw, &status) != 0 }
        hasEnded = true
        return status >> 8 & 0xff
    }
}

extension HostUnderTest {
    /// Runs hostctl on this host.
    func hostctl(_ arguments: String...) throws -> (status: Int32, output: String) {
        try run("hostctl", ["--dir", dir] + arguments)
    }
}
