// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// Who takes the room: the log folders, and files that were removed and are still open.
final class DiskGrowers {
    /// One look.
    nonisolated struct Look: Sendable {
        var at = Instant.zero
        /// The bytes of each log folder, by its name.
        var logs: [String: UInt64] = [:]
        var removed: [RemovedFile] = []
        /// The file system of the log folders.
        var device: UInt64 = 0
    }

    /// A log that grows.
    struct Growth {
        let name: String
        let bytes: UInt64
        /// How much more it is than at an earlier look, and how long ago that was; nil where there was none.
        let grown: (bytes: Int64, over: Duration)?

        /// "300 MiB, 20 MiB more than 2 h ago".
        var words: String {
            let more = grown.flatMap { $0.bytes > 0 ? $0 : nil }
            let pace = more.map { ", \(ByteText.text(UInt64($0.bytes))) more than \($0.over.text) ago" } ?? ""
            return ByteText.text(bytes) + pace
        }
    }

    private static let deadline: Duration = .seconds(30)
    /// A look is good for so long.
    private static let age: Duration = .seconds(20)
    /// What it is compared with is so old at least, where that is possible.
    private static let baseAge: Duration = .seconds(3600)
    private nonisolated static let entryLimit = 50_000

    /// Looks into the folders of services, and says which of them takes most on a file system.
    var lookAtFolders: ((@escaping () -> Void) -> Void)?
    var folderWords: ((UInt64) -> String?)?

    private let loop: EventLoop
    private let lane: Worker
    private let logs: String
    private var base: Look?
    private(set) var newest: Look?
    private var waiting: [() -> Void] = []

    init(loop: EventLoop, lane: Worker, logs: String) {
        self.loop = loop
        self.lane = lane
        self.logs = logs
    }

    /// Looks, unless that was done just now, at removed files on these file systems.
    func look(on devices: Set<UInt64>, then: @escaping () -> Void) {
        if let newest, loop.now - newest.at < Self.age { return then() }
        waiting.append(then)
        guard waiting.count == 1 else { return }
        let logs = logs
        lane.submit(deadline: Self.deadline) {
            Self.read(logs, devices)
        } then: { [weak self] (outcome: WorkOutcome<Look>) in
            guard let self else { return }
            if case .done(let look) = outcome { self.take(look) }
            let callers = self.waiting
            self.waiting = []
            for call in callers { call() }
        }
    }

    private nonisolated static func read(_ logs: String, _ devices: Set<UInt64>) -> Look {
        var look = Look()
        look.device = (try? FileStatus(at: logs).device) ?? 0
        for name in (try? Files.list(logs)) ?? [] {
            look.logs[name] = FolderSize(of: "\(logs)/\(name)", limit: entryLimit).bytes
        }
        look.removed = RemovedFile.all(on: devices)
        return look
    }

    private func take(_ look: Look) {
        var look = look
        look.at = loop.now
        if let newest, base.map({ look.at - $0.at >= Self.baseAge * 2 }) ?? true { base = newest }
        newest = look
    }

    /// The logs, the fastest first, then the largest.
    var growths: [Growth] {
        guard let newest else { return [] }
        let all = newest.logs.map { name, bytes in
            let before = base?.logs[name].map { Int64(clamping: bytes) - Int64(clamping: $0) }
            let over = newest.at - (base?.at ?? newest.at)
            return Growth(name: name, bytes: bytes, grown: before.map { ($0, over) })
        }
        return all.sorted {
            ($0.grown?.bytes ?? 0, $0.bytes, $1.name) > ($1.grown?.bytes ?? 0, $1.bytes, $0.name)
        }
    }

    /// Looks who takes most on a file system and says it in words.
    func nameFastest(on device: UInt64, of all: Set<UInt64>, then: @escaping (String) -> Void) {
        look(on: all) { [weak self] in
            guard let self else { return }
            let folders = { [weak self] in
                guard let self, let words = self.words(on: device) else { return }
                then(words)
            }
            if let lookAtFolders = self.lookAtFolders { lookAtFolders(folders) } else { folders() }
        }
    }

    private func words(on device: UInt64) -> String? {
        guard let newest else { return nil }
        var parts: [String] = []
        if newest.device == device, let log = growths.first, log.bytes > 0 {
            parts.append("the log of \(log.name) has \(log.words)")
        }
        if let file = newest.removed.first(where: { $0.device == device }), file.bytes > 0 {
            parts.append(
                "\(file.path) was removed and takes \(ByteText.text(file.bytes)) as long as pid \(file.pid) "
                    + "(\(file.program)) has it open")
        }
        if let folder = folderWords?(device) { parts.append(folder) }
        return parts.isEmpty ? nil : "most is taken by: " + parts.joined(separator: "; ")
    }
}
