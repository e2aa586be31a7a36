// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A foreign log while its keys are read.
struct ForeignLogDraft: Hashable, Sendable {
    var path: String?
    /// Nil: what the other keys make likely.
    var method: ForeignLogSpecification.Method?
    var maxSizeBytes: UInt64?
    var keep: Int?
    var maxAge: Duration = .zero
    var totalBytes: UInt64?
    var reopen: ReopenDraft?
    var user: String?
}

/// How a program is told, while its keys are read.
struct ReopenDraft: Hashable, Sendable {
    var signal: Int32?
    var service: ServiceName?
    var command: [String]?
}

/// `[log.NAME]`
enum ForeignLogSection {
    static let section = Section(
        "log.NAME", empty: ForeignLogDraft(),
        hint: "a table, like { path = \"/var/log/app/*.log\", max_age = \"7d\" }",
        keys: [
            Key(
                "path", .path, \.path, also: ["file", "files", "pattern"], change: .inPlace,
                "The files: an absolute path, with `*`, `?` and `[…]` in its last part."),
            Key(
                "max_size", .size(1024...(1 << 50)), \.maxSizeBytes, also: ["size"], change: .inPlace,
                "A file of this size gives way to a new one."),
            Key(
                "max_age", .time(.zero...TimeText.day * 3650), \.maxAge, also: ["max_days"], change: .inPlace,
                "Old files are removed after this time; \"0s\": none is for its age."),
            Key(
                "keep", .integer(0...1000), \.keep, also: ["max_files", "rotate"], change: .inPlace,
                "So many old files of each are kept."),
            Key(
                "total", .size(0...(1 << 50)), \.totalBytes, also: ["max_total"], change: .inPlace,
                "All files together take no more: the oldest are removed first."),
            Key(
                "method", .choice(), \.method, change: .inPlace,
                "How a file gives way: by another name, by a copy (what is written meanwhile is lost), or by its "
                    + "program's own doing; rename if not given and there is max_size, else delete."),
            Key("reopen", ReopenSection.section, \.reopen, change: .inPlace),
            Key(
                "user", .account, \.user, also: ["owner"], change: .inPlace,
                "Whose rights are used; those of the folder's owner if not given."),
        ])
}

/// `[log.NAME.reopen]`
enum ReopenSection {
    static let section = Section(
        "log.NAME.reopen", empty: ReopenDraft(),
        hint: "a table, like { signal = \"SIGUSR1\", service = \"gateway\" }", exclusive: ["signal", "exec"],
        keys: [
            Key("signal", .signal, \.signal, "This signal goes to the main process of `service`."),
            Key("service", .serviceName, \.service, "The service that gets the signal."),
            Key(
                "exec", .command, \.command, also: ["command", "postrotate"],
                "Run this with the rights of the folder's owner."),
        ])
}
