// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostLogs
import TestKit

/// A real hostd-logger in folders of its own; the test is its hostd.
final class LoggerUnderTest {
    let folder: TemporaryFolder
    let run: String
    let log: String
    private(set) var process: TestProcess?
    private let errors: Descriptor
    var environment = ["PATH=/usr/local/bin:/usr/bin:/bin"]

    init(log: String? = nil) throws {
        folder = try TemporaryFolder()
        run = folder.path + "/run"
        self.log = log ?? folder.path + "/log"
        try Files.makeFolder(run)
        errors = try Descriptor(opening: folder.path + "/stderr", O_WRONLY | O_CREAT | O_APPEND)
    }

    /// What the logger has written to stderr.
    var errorText: String { (try? Files.readText(folder.path + "/stderr")) ?? "" }

    /// Starts the program and returns a connection to it.
    @discardableResult
    func start() throws -> LoggerConnection {
        process = try spawn()
        return try connect()
    }

    func spawn(_ options: String...) throws -> TestProcess {
        try TestProcess(
            Programs.path("hostd-logger"), options + ["--run", run, "--log", log], environment: environment,
            output: errors.raw)
    }

    func connect() throws -> LoggerConnection {
        try waitFor("the logger's socket") { try? LoggerConnection(run: run) }
    }

    /// kill -9.
    func kill() {
        process?.kill()
        process = nil
    }

    /// SIGTERM; returns the wait status.
    func terminate() throws -> Int32? {
        process?.signal(SIGTERM)
        return try process?.waitForEnd()
    }

    func reader(_ name: String) -> LogReader { LogReader(folder: log + "/" + name) }

    /// The names of the rotated files of a log, oldest first, without endings.
    func rotated(_ name: String) throws -> [String] {
        try LogContent.rotated(log + "/" + name)
    }

    /// All bytes of a log: its rotated files and `current`, put together.
    func content(_ name: String) throws -> [UInt8] {
        try LogContent.read(log + "/" + name)
    }

    /// The same as text; empty while there is no log.
    func text(_ name: String) -> String {
        ((try? content(name)) ?? []).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
}
