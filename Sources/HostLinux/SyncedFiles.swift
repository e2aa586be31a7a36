// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// What makes a file outlive power loss, and what else is done to one that is finished.
extension Descriptor {
    /// Writes the file's bytes and what the kernel knows of it to the disk.
    public borrowing func sync() throws(SystemError) {
        let number = raw
        try check("fsync") { fsync(number) }
    }

    /// Sets the rights of the file.
    public borrowing func setMode(_ mode: UInt32) throws(SystemError) {
        let number = raw
        try check("fchmod") { fchmod(number, mode) }
    }

    /// Says that the file was last written when another one was.
    public borrowing func keepTime(of status: FileStatus) throws(SystemError) {
        let number = raw
        let microseconds = status.modifiedMicroseconds
        let time = timespec(tv_sec: time_t(microseconds / 1_000_000), tv_nsec: Int(microseconds % 1_000_000) * 1000)
        let times = [time, time]
        try check("futimens") { futimens(number, times) }
    }
}
