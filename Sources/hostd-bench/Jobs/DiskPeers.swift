// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// What the same disk gives others at the same time: the measure for whatever waits for it.
enum DiskPeers {
    /// Lines a second that are appended to a file, each with fdatasync.
    static func appends(_ count: Int, in folder: String) throws -> Double {
        let file = try Descriptor(opening: folder + "/lines", O_WRONLY | O_CREAT | O_APPEND)
        let line = Array((JobsHost.quiet + "\n").utf8)
        let began = Clock.now
        for _ in 0..<count {
            try check("write") { write(file.raw, line, line.count) }
            try check("fdatasync") { fdatasync(file.raw) }
        }
        return Double(count) / (Clock.now - began).seconds
    }

    /// Rows a second that sqlite3 inserts, each in a transaction that is on the disk; nil where there is no sqlite3.
    static func inserts(_ count: Int, in folder: String) throws -> Double? {
        guard let sqlite = BenchPrograms.installed("sqlite3") else { return nil }
        let setup =
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;CREATE TABLE job(id INTEGER PRIMARY KEY,body TEXT);"
        let insert = "INSERT INTO job(body) VALUES('\(JobsHost.quiet)');\n"
        try Files.replace(folder + "/sql", with: (setup + "\n" + String(repeating: insert, count: count)).utf8)
        let null = try Descriptor(opening: "/dev/null", O_WRONLY)
        let began = Clock.now
        let process = try BenchProcess(sqlite, [folder + "/db", ".read \(folder)/sql"], output: null.raw)
        guard try process.finish().status == 0 else { throw BenchError("sqlite3 failed") }
        return Double(count) / (Clock.now - began).seconds
    }
}
