// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostLogs
import TestKit

/// An instance's FIFO held as its keeper holds it, open for reading and writing, with the lock beside it: the test
/// decides when bytes come and when it ends.
final class HeldPipe {
    let instance: String
    let folder: String
    private var both: Descriptor?
    private var relay: Descriptor?
    private var lock: Descriptor?

    var fifo: String { folder + "/out" }
    var tail: String { folder + "/out.tail" }

    init(run: String, instance: String, hasRelay: Bool = true) throws {
        self.instance = instance
        folder = run + "/" + instance
        try Files.makeFolder(folder)
        try check("mkfifo", fifo) { mkfifo(fifo, 0o600) }
        let held = try Descriptor(opening: folder + "/lock", O_RDWR | O_CREAT)
        guard try held.tryLock() else { throw SystemError(code: EBUSY, call: "lock", subject: folder) }
        lock = consume held
        both = try Descriptor(opening: fifo, O_RDWR | O_NONBLOCK)
        guard hasRelay else { return }
        try check("mkfifo", fifo) { mkfifo(fifo + ".relay", 0o600) }
        relay = try Descriptor(opening: fifo + ".relay", O_RDWR | O_NONBLOCK)
    }

    /// What tells the logger of it.
    func wanted(in log: String) -> LoggerMessage {
        .pipe(log: log, instance: instance, fifo: fifo, tail: tail)
    }

    func write(_ text: String) throws {
        try both?.write(all: text.utf8)
    }

    /// Bytes that nobody has taken yet.
    var readableBytes: Int { [both?.raw, relay?.raw].reduce(0) { $0 + max(Pipes.readable($1 ?? -1), 0) } }

    /// The end of the keeper: its files are closed.
    func end(orphanLives: Bool = false) throws {
        both = nil
        relay = nil
        lock = nil
        try waitUntilFree(folder + "/lock")
        if !orphanLives { try waitUntilNobodyWrites(fifo) }
    }

    /// The end of the FIFO while the lock stays.
    func closePipe() throws {
        both = nil
        relay = nil
        try waitUntilNobodyWrites(fifo)
    }
}
