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
        let path = "\(dir)/\(program).\(Clock.now.nanoseconds)"
        let output = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL)
        let process = try Processes.spawn(
            Programs.path(program), arguments,
            environment: environment + ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"],
    func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        try run(at: Programs.path(program), arguments)
    }

    /// Runs any program to its end.
    func run(at program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let name = program.split(separator: "/").last ?? ""
        let path = "\(dir)/\(name).\(Clock.now.nanoseconds)"
        let output = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_EXCL)
        let process = try Processes.spawn(
            program, arguments, environment: ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "TZ=UTC"],
            output: output.raw)
        let pidfd = process.takeDescriptor()
        let raw = pidfd.raw
        var status: Int32 = 0
        try waitUntil("\(program) to end", seconds: 60) { chost_pidfd_reap(raw, &status) != 0 }
        let code = status & 0x7f == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f)
        return (code, try Files.readText(path, limit: 16 << 20))
    }
}
