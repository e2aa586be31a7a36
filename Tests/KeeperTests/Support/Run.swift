// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit

/// What a program said and how it ended.
struct RunResult {
    /// The exit code, or 128 and the signal that ended it.
    let code: Int32
    let output: String
    let error: String
}

/// Runs a program to its end. stdout and stderr go to files, so nothing that it leaves behind can hold us.
func run(
    _ program: String, _ arguments: [String], environment: [String] = [RunningKeeper.path], seconds: Double = 60
) throws -> RunResult {
    let folder = try TemporaryFolder()
    let script = "f=$1; shift; exec \"$@\" >$f/out 2>$f/err"
    let process = try Processes.spawn(
        "/bin/sh", ["-c", script, "sh", folder.path, program] + arguments, environment: environment)
    let pidfd = process.takeDescriptor()
    var status: Int32 = 0
    do {
        try waitUntil("the end of \(program)", seconds: seconds) { chost_pidfd_reap(pidfd.raw, &status) == 1 }
    } catch {
        Processes.signal(pidfd, SIGKILL)
        throw error
    }
    return RunResult(
        code: status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f,
        output: try Files.readText(folder.path + "/out"), error: try Files.readText(folder.path + "/err"))
}

/// The path of a program that may be installed.
func findProgram(_ name: String) -> String? {
    let folders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]
    return folders.map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
}
