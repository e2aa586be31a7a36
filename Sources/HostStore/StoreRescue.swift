// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// Puts a new file in the place of a damaged one, with what can still be read of jobs, attempts, marks of services and
/// documents; what cannot, from the backup of the day. History is not worth the time: it begins anew.
///
/// Until the new file is complete and on the disk the damaged one keeps its name; from then on a crash at any point
/// ends with the new one in place (`settle`).
nonisolated struct StoreRescue {
    let path: String
    /// Numbers of events and of jobs that are known to have been given.
    let lastID: Int64
    let lastJob: Int64
    /// The newest row of the audit that is known to have been written.
    let lastAudit: AuditHead?

    private var draft: String { path + ".rescue" }
    private static func ready(_ path: String) -> String { path + ".rescued" }
    private static let suffixes = ["", "-wal", "-shm"]
    /// So many damaged files are kept for whoever wants to look.
    private static let asideLimit = 3

    /// Makes the new file and puts it in place. Returns the entry of history that says so, which it holds.
    func run(because damage: StoreError) throws(StoreError) -> [StoredEvent] {
        do throws(StoreError) {
            return try replace(because: damage)
        } catch {
            throw StoreError(
                code: error.code, description: "\(path): damaged, and no new file can be made in its place (\(error))")
        }
    }

    private func replace(because error: StoreError) throws(StoreError) -> [StoredEvent] {
        for suffix in Self.suffixes { unlink(draft + suffix) }
        defer { for suffix in Self.suffixes { unlink(draft + suffix) } }
        let fresh = try Database(path: draft)
        defer { fresh.close() }
        let saved = try save(into: fresh)
        let aside = Self.aside(path)
        var written = WrittenEvents()
        try fresh.transaction { () throws(StoreError) in
            try skipNumbers(fresh)
            let text = "\(error); begun anew with \(saved), the old one is kept as \(aside)"
            try written.insert(.ofHost("store.damaged", text), fresh)
        }
        fresh.close()
        try Database.publish(draft, as: Self.ready(path))
        Self.settle(path, aside: aside)
        return written.events
    }

    /// Finishes what a crash may have interrupted: a complete new file gets the place of the damaged one.
    static func settle(_ path: String, aside name: String? = nil) {
        guard Files.exists(ready(path)) else { return }
        let aside = name ?? aside(path)
        unlink(path + "-shm")
        for suffix in ["-wal", ""] { rename(path + suffix, aside + suffix) }
        rename(ready(path), path)
        try? Files.syncFolder(of: path)
        forgetOldest(path)
    }

    private static func aside(_ path: String) -> String { "\(path).corrupt-\(Clock.wallMilliseconds)" }

    private static func forgetOldest(_ path: String) {
        guard let slash = path.lastIndex(of: "/") else { return }
        let folder = String(path[...slash])
        let mark = path[path.index(after: slash)...] + ".corrupt-"
        let kept = ((try? Files.list(folder)) ?? []).filter { $0.hasPrefix(mark) && !$0.hasSuffix("-wal") }
        for name in kept.sorted().dropLast(asideLimit) {
            for suffix in suffixes { unlink(folder + name + suffix) }
        }
    }

    private func save(into fresh: Database) throws(StoreError) -> String {
        var salvage = try Salvage(into: fresh)
        try salvage.take(from: path)
        let backup = path + ".daily"
        if salvage.isIncomplete, Files.exists(backup) { try salvage.complete(from: backup) }
        try salvage.finish(lastJob: lastJob, lastAudit: lastAudit)
        return salvage.summary
    }

    /// Numbers rise for ever, also over the loss of the file that knew the newest one. Nobody writes an entry a
    /// millisecond: the clock is ahead of every number that an older file can have given.
    private func skipNumbers(_ fresh: Database) throws(StoreError) {
        let floor = max(lastID, Clock.wallMilliseconds)
        try fresh.run("INSERT INTO sqlite_sequence(name, seq) VALUES('events', ?1)", [.integer(floor)])
    }
}
