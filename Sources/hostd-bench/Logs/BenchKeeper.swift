// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// The real keeper with the generator of lines below it, as hostd starts one.
enum BenchKeeper {
    /// Starts it in the folder of its instance, which exists.
    static func start(
        _ instance: String, in folder: String, pipeSizeBytes: Int, megabytes: String
    ) throws(SystemError) -> BenchProcess {
        let lock = try lock(of: folder)
        let options = [
            "--instance", instance, "--dir", folder, "--lock-fd", "3", "--streams", "merged", "--pipe-size",
            String(pipeSizeBytes),
        ]
        let command = ["--", BenchPrograms.own, "logs-generator", "--megabytes", megabytes]
        return try BenchProcess(BenchPrograms.built("hostd-keeper"), options + command, keeping: [lock.raw])
    }

    /// The lock beside the FIFOs of an instance, held.
    static func lock(of folder: String) throws(SystemError) -> Descriptor {
        let lock = try Descriptor(opening: folder + "/lock", O_RDWR | O_CREAT)
        guard try lock.tryLock() else { throw SystemError(code: EBUSY, call: "lock", subject: folder) }
        return lock
    }
}
