// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import HostLogs
import TestKit

/// A shell script run by a real hostd-keeper, its output in the FIFO of its instance folder.
final class Kept {
    let instance: String
    let folder: String
    private let process: TestProcess

    init(run: String, instance: String, pipeSizeBytes: Int = 65536, script: String) throws {
        self.instance = instance
        folder = run + "/" + instance
        try Files.makeFolder(folder)
        let lock = try Descriptor(opening: folder + "/lock", O_RDWR | O_CREAT)
        guard try lock.tryLock() else { throw SystemError(code: EBUSY, call: "lock", subject: folder) }
        let options = [
            "--instance", instance, "--dir", folder, "--lock-fd", "3", "--token", "0123", "--epoch", "test",
            "--streams", "merged", "--pipe-size", String(pipeSizeBytes),
        ]
        process = try TestProcess(
            Programs.path("hostd-keeper"), options + ["--", "/bin/sh", "-c", script], keeping: [lock.raw])
    }

    /// What tells the logger of its pipe.
    func wanted(in log: String) -> LoggerMessage {
        .pipe(log: log, instance: instance, fifo: folder + "/out", tail: folder + "/out.tail")
    }

    /// Waits until the keeper has gone: the script has ended and its last bytes are taken or in the tail.
    func waitForEnd() throws {
        _ = try process.waitForEnd()
    }

    /// Ends the whole tree at once.
    func killTree() {
        process.signal(SIGKILL)
    }
}
