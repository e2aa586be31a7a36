// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLaunch
import HostLinux
import TestKit
import Testing

/// A keeper under test with its folder and doorbell. What is left of it and its tree is ended with it.
final class RunningKeeper {
    /// The program under test.
    static let program = Programs.path("hostd-keeper")
    static let path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

    let folder: TemporaryFolder
    let token: String
    let bell: Bell
    let pid: Int32
    private let pidfd: Descriptor
    private var waitStatus: Int32?
    private var wasKilled = false

    /// Starts a keeper with `options` for `command`. `through` is put before the program: a wrapper that execs what
    /// follows it.
    init(
        _ options: [String] = [], _ command: [String], environment: [String] = [path], through: [String] = [],
        program: String = program, token: String = newToken(), in folder: TemporaryFolder? = nil, keeping: [Int32] = [],
        output: Int32? = nil
    ) throws {
        let folder = try folder ?? TemporaryFolder()
        bell = try Bell(at: folder.path + "/bell")
        let words =
            through + [program] + Self.identity(folder, token) + options + ["--"] + command
        let process = try Processes.spawn(
            words[0], Array(words.dropFirst()), environment: environment + ["HOSTD_INSTANCE=\(token)"], output: output,
            keeping: keeping)
        pid = process.pid
        pidfd = process.takeDescriptor()
        self.folder = folder
        self.token = token
    }

    /// Takes over a keeper that was started otherwise.
    init(_ process: consuming SpawnedProcess, token: String, in folder: TemporaryFolder) throws {
        self.folder = folder
        self.token = token
        bell = try Bell(at: folder.path + "/bell")
        pid = process.pid
        pidfd = process.takeDescriptor()
    }

    deinit {
        if waitStatus == nil {
            signal(41, value: 0)
            if (try? exitCode()) == nil { kill() }
        }
        if wasKilled { _ = OrphanSweep.run(token: token, cgroup: nil) }
    }

    static func identity(_ folder: TemporaryFolder, _ token: String) -> [String] {
        [
            "--instance", "test.1", "--dir", folder.path, "--token", token, "--epoch", "this epoch",
            "--doorbell", folder.path + "/bell",
        ]
    }

    /// Sends a signal, with a value if there is one.
    func signal(_ number: Int32, value: Int32? = nil) {
        if let value {
            Processes.signal(pidfd, number, value: value)
        } else {
            Processes.signal(pidfd, number)
        }
    }

    /// Kills the keeper itself, and nothing else.
    func kill() {
        wasKilled = true
        signal(SIGKILL)
        _ = try? exitCode()
    }

    /// Waits for the keeper's end: its exit code, or 128 and the signal that ended it.
    @discardableResult
    func exitCode() throws -> Int32 {
        let status = try waitFor("the end of the keeper") { [self] in reaped() }
        return status & 0x7f == 0 ? status >> 8 & 0xff : 128 + status & 0x7f
    }

    /// Whether it has ended.
    var hasEnded: Bool { reaped() != nil }

    private func reaped() -> Int32? {
        if waitStatus != nil { return waitStatus }
        var status: Int32 = 0
        if chost_pidfd_reap(pidfd.raw, &status) == 1 { waitStatus = status }
        return waitStatus
    }

    /// A record as it is now; nil when there is none.
    func recordNow(_ name: String) -> FieldText? {
        (try? Files.readText("\(folder.path)/\(name)")).flatMap { FieldText(parsing: $0) }
    }

    /// Waits for a record.
    func record(_ name: String) throws -> FieldText {
        try waitFor("the \(name) record") { recordNow(name) }
    }

    /// The pid of the main process, once it runs.
    func mainPid() throws -> Int32 {
        let start = try record("start")
        return try #require(start.integer("pid"))
    }

    /// Waits until the keeper is gone; what its exit record says then.
    func exitRecord() throws -> FieldText {
        try exitCode()
        return try #require(recordNow("exit"))
    }
}

/// A value for HOSTD_INSTANCE that no other process has.
func newToken() -> String {
    String(UInt64.random(in: .min ... .max), radix: 16)
}
