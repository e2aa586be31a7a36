// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
internal import HostLinux

/// What a keeper's records say.
public nonisolated enum KeeperNews: Hashable, Sendable {
    /// The main process runs.
    case started(ProcessIdentity, at: Instant)
    /// The tree has said something of itself.
    case notified(NotifyRecord)
    /// The main process ended; `treeEmpty`: and nothing of its tree is left.
    case exited(ExitReport, treeEmpty: Bool)
    /// The keeper is gone and left no word on how the main process ended, or left some of its tree alive.
    case keeperLost
    /// The launch never happened.
    case neverRan
}

nonisolated extension KeeperNews {
    /// Reads a start record.
    static func start(_ record: FieldText) -> KeeperNews? {
        guard let process = record.process, let at: Int64 = record.integer("monotonic_ns") else { return nil }
        return .started(process, at: Instant(nanoseconds: at))
    }

    /// Reads an exit record.
    static func exit(_ record: FieldText) -> KeeperNews? {
        report(record).map { .exited($0, treeEmpty: record["tree"] == "empty") }
    }

    /// How the main process ended, by an exit record; nil where it is none.
    public static func report(_ record: FieldText) -> ExitReport? {
        let status: ExitStatus
        if let code: Int32 = record.integer("code") {
            status = .code(code)
        } else if let number: Int32 = record.integer("signal") {
            status = .signal(number)
        } else if let error: Int32 = record.integer("exec_errno") {
            let step = record["exec_step"] ?? "exec"
            status = .failedToStart("cannot \(step) \(record["exec_path"] ?? ""): \(errorText(error))")
        } else {
            return nil
        }
        return ExitReport(
            status: status, ran: .milliseconds(record.integer("ran_ms", as: Int64.self) ?? 0),
            wallMilliseconds: record.integer("wall_ms") ?? 0)
    }

    /// All that the folder of an instance says now, in the order in which it happened.
    static func read(_ folder: InstanceFolder, keeperLives: Bool) -> [KeeperNews] {
        let start = folder.record("start").flatMap { KeeperNews.start($0) }
        let exit = folder.record("exit").flatMap { KeeperNews.exit($0) }
        let said = folder.record("notify").map { KeeperNews.notified(NotifyRecord($0)) }
        var news = [start, said, exit].compactMap(\.self)
        guard !keeperLives else { return news }
        switch (start, exit) {
        case (_, .exited(_, treeEmpty: true)?): break
        case (nil, nil): news.append(.neverRan)
        default: news.append(.keeperLost)
        }
        return news
    }
}
