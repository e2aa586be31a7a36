// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// A file system that is watched.
nonisolated struct DiskSite {
    /// The folders on it that are watched, hostd's own first.
    var paths: [String]
    /// hostd itself has to write there.
    var isOwn: Bool
    /// It was read-only when it was first seen, and nobody said that it should not be.
    let isMeantReadOnly: Bool
    var system: FileSystem
    var guarded: DiskGuard
    /// What the last write probe said.
    var writeFault: DiskReading.Fault?

    init(_ finding: DiskLook.Finding, _ system: FileSystem, settle: Duration, at now: Instant) {
        paths = []
        isOwn = finding.place.isOwn
        isMeantReadOnly = system.isReadOnly && !finding.place.isOwn
        self.system = system
        guarded = DiskGuard(settle: settle, at: now)
    }

    /// The folder that it is named by.
    var name: String { paths.first ?? "?" }

    /// Takes over what a look found of one of its folders.
    mutating func take(_ finding: DiskLook.Finding, _ system: FileSystem) {
        paths.append(finding.place.path)
        isOwn = isOwn || finding.place.isOwn
        self.system = system
        switch finding.writing {
        case .success?: writeFault = nil
        case .failure(let error)? where error.code == ENOSPC || error.code == EDQUOT: writeFault = .noRoom
        case .failure(let error)?: writeFault = .failing("writing fails: \(errorText(error.code))")
        // Nobody can say any more that it fails.
        case nil: if finding.wasProbed { writeFault = nil }
        }
    }

    /// What its guard gets to see.
    func reading(ballastBytes: UInt64) -> DiskReading {
        let isFault = system.isReadOnly && !isMeantReadOnly
        return DiskReading(
            availableBytes: system.availableBytes, capacityBytes: system.isReadOnly ? 0 : system.capacityBytes,
            availableInodes: system.availableInodes, inodes: system.isReadOnly ? 0 : system.inodes,
            fault: isFault ? .readOnly : writeFault, ballastBytes: ballastBytes)
    }
}
