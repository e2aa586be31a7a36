// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// One look at the folders that are watched, for a Worker: each of them may hold it for ever.
nonisolated struct DiskLook: Sendable {
    /// A folder.
    struct Place: Hashable, Sendable {
        let path: String
        /// hostd itself writes there, and nobody else.
        let isOwn: Bool
    }

    /// What there is to say of a folder.
    struct Finding: Sendable {
        let place: Place
        /// Its file system, or why nobody knows.
        var system: Result<FileSystem, SystemError>
        /// It was tried to write.
        var wasProbed = false
        /// How that went; nil where nobody may write there.
        var writing: Result<Void, SystemError>?
    }

    let places: [Place]
    /// Whether it is tried to write.
    let isProbing: Bool
    let ballast: Ballast
    let progress = LookProgress()

    /// Looks at each. What `progress` has is there also when this never returns.
    func run() -> (findings: [Finding], ballastBytes: UInt64) {
        var probed: Set<UInt64> = []
        for place in places {
            progress.begins(place)
            var finding = Finding(place: place, system: Self.system(at: place.path))
            if isProbing, case .success(let system) = finding.system, !system.isReadOnly, system.capacityBytes > 0,
                !probed.contains(system.device)
            {
                finding.wasProbed = true
                finding.writing = Self.probe(place)
                if finding.writing != nil { probed.insert(system.device) }
            }
            progress.ends(finding)
        }
        let held = ballast.bytes
        return (progress.over(), held)
    }

    private static func system(at path: String) -> Result<FileSystem, SystemError> {
        Result { () throws(SystemError) in try FileSystem(at: path) }
    }

    private static func probe(_ place: Place) -> Result<Void, SystemError>? {
        do throws(SystemError) {
            try place.isOwn
                ? FileSystem.probeWriting(inOwn: place.path) : FileSystem.probeWriting(in: place.path)
            return .success(())
        } catch {
            // Only what the disk says counts.
            return [ENOSPC, EDQUOT, EIO, EROFS, ENODEV, ENXIO, ESTALE].contains(error.code) ? .failure(error) : nil
        }
    }
}

/// How far a look has come, for those who wait for it. The lock is a pthread mutex, as in a Worker's lane.
nonisolated final class LookProgress: @unchecked Sendable {
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private var findings: [DiskLook.Finding] = []
    private var current: DiskLook.Place?

    init() {
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func begins(_ place: DiskLook.Place) {
        locked { current = place }
    }

    func ends(_ finding: DiskLook.Finding) {
        locked {
            findings.append(finding)
            current = nil
        }
    }

    func over() -> [DiskLook.Finding] {
        locked { findings }
    }

    /// What was found so far, and what it is held by; nil: nothing holds it.
    var sofar: (findings: [DiskLook.Finding], stuckAt: DiskLook.Place?) {
        locked { (findings, current) }
    }

    private func locked<Result>(_ body: () -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }
}
