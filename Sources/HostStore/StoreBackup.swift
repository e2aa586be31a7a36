// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostLoop

nonisolated extension Database {
    /// Copies the whole content to `target`, which appears when it is complete and on the disk.
    func copy(to target: String) throws(StoreError) {
        let draft = target + ".new"
        unlink(draft)
        do throws(StoreError) {
            try run("VACUUM INTO ?1", [.text(draft)])
            try Self.publish(draft, as: target)
        } catch {
            unlink(draft)
            throw error
        }
    }

    /// Gives a finished file its name, for good.
    static func publish(_ draft: String, as target: String) throws(StoreError) {
        do throws(SystemError) {
            try Files.setMode(draft, 0o600)
            let file = try Descriptor(opening: draft, O_RDONLY)
            try check("fsync", draft) { fsync(file.raw) }
            try check("rename", target) { rename(draft, target) }
            try Files.syncFolder(of: target)
        } catch {
            throw StoreError(code: 0, description: "\(error)")
        }
    }
}

nonisolated extension StoreFile {
    static let dayMilliseconds: Int64 = 24 * 3_600_000

    /// Where the backup of the day stands.
    var dailyPath: String { path + ".daily" }

    /// Makes the backup of the day unless it is younger than a day, or nothing has changed since. Returns in how many
    /// milliseconds the next one is due.
    func backUpDaily() throws(StoreError) -> Int64 {
        guard let changed = [path, path + "-wal"].compactMap({ Self.modified($0) }).max() else {
            return Self.dayMilliseconds
        }
        if let made = Self.modified(dailyPath) {
            let age = Clock.wallMilliseconds - made
            // A clock that was set back makes the file seem to come from the future.
            if (0..<Self.dayMilliseconds).contains(age) { return Self.dayMilliseconds - age }
            if age >= 0, changed <= made { return Self.dayMilliseconds }
        }
        try withDatabase { database throws(StoreError) in try database.copy(to: dailyPath) }
        return Self.dayMilliseconds
    }

    private static func modified(_ path: String) -> Int64? {
        (try? FileStatus(at: path)).map { $0.modifiedMicroseconds / 1000 }
    }
}

extension Store {
    /// The backup waits until nothing was written for so long, but not for ever.
    private static let quiet: Duration = .seconds(10)
    private static let patienceForQuiet: Duration = .seconds(3600)
    private static let pause: Duration = .seconds(60)

    /// Called when a backup may be due.
    func backUp() {
        let isBusy = isWriting || !pending.isEmpty || loop.now < lastWrite + Self.quiet
        let since = busySince ?? loop.now
        if isBusy, loop.now < since + Self.patienceForQuiet {
            busySince = since
            backup?.arm(at: loop.now + Self.pause)
            return
        }
        busySince = nil
        let file = self.file
        lane.submit { () -> Result<Int64, StoreError> in
            Result { () throws(StoreError) in try file.backUpDaily() }
        } then: { [weak self] (outcome: WorkOutcome<Result<Int64, StoreError>>) in
            guard let self else { return }
            var next: Duration = .seconds(3600)
            switch outcome {
            case .done(.success(let milliseconds)): next = .milliseconds(milliseconds)
            case .done(.failure(let error)): append(.ofHost("store.not_backed_up", error.description))
            case .late, .full: break
            }
            backup?.arm(at: loop.now + next)
        }
    }
}
