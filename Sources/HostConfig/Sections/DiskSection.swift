// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[disk]`
enum DiskSection {
    static let section = Section(
        "disk", empty: DiskSpecification(),
        keys: [
            Key(
                "paths", .list(of: .path, "paths", atMost: 64), \.paths, also: ["path", "mounts"], change: .inPlace,
                "The file systems of these folders are watched, besides those of hostd's state, run and log."),
            Key(
                "reserve", .size(0...(1 << 40)), \.reserveBytes, also: ["ballast"], change: .inPlace,
                "So much is held back in the state folder and given back in an emergency; \"0B\": nothing."),
            Key(
                "clean", .cleanings, \.clean, also: ["cleanup", "caches"], change: .inPlace,
                "What may go when room is needed: files that match `path` and were not written for `older`, with the "
                    + "rights of `user`, or of the folder's owner; or what a rule says of a `cache` in the home of "
                    + "`user`: \(CacheRule.names.map(quoted).joined(separator: ", "))."),
            Key(
                "interval", .time(.milliseconds(100)...TimeText.hour), \.interval, also: ["period"], change: .inPlace,
                "From one look to the next; a fifth of it while a disk is critical, three times it with plenty of room."
            ),
            Key(
                "settle", .time(.zero...TimeText.day), \.settle, also: ["clear_after"], change: .inPlace,
                "There must have been room for so long until the condition is over."),
        ])
}

/// One entry of `disk.clean` while its keys are read.
private struct CleaningDraft: Sendable {
    var path: String?
    var cache: String?
    var older: Duration?
    var user: String?

    static let section = Section(
        "disk.clean", empty: CleaningDraft(),
        hint: "a table, like { path = \"/var/cache/npm/*\", older = \"3d\" }",
        keys: [
            Key("path", .path, \.path, also: ["file", "files", "pattern"], "The files."),
            Key("cache", .label, \.cache, also: ["rule"], "A cache by the name of its rule."),
            Key("older", .time(.seconds(60)...TimeText.day * 3650), \.older, also: ["age", "max_age"], "Their age."),
            Key("user", .account, \.user, also: ["owner"], "Whose rights are used."),
        ])
}

extension ValueType<[DiskSpecification.Cleaning]> {
    private static let limit = 64
    private static let example = "{ path = \"/var/cache/npm/*\", older = \"3d\" }"

    /// Files that may go.
    static let cleanings = ValueType(
        "list of tables", hint: "an array, like [\(example)]",
        read: { node, checking in
            guard case .array(let nodes) = node.value else {
                node.reportWrongType("an array, like [\(example)]", &checking)
                return nil
            }
            guard nodes.count <= limit else {
                checking.report("\(nodes.count) entries are too many (at most \(limit))", at: node.place)
                return nil
            }
            let items = nodes.compactMap { read($0, &checking) }
            return items.count == nodes.count ? items : nil
        }, show: { "[" + $0.map(shown).joined(separator: ", ") + "]" })

    private static func read(_ node: TomlNode, _ checking: inout Checking) -> DiskSpecification.Cleaning? {
        var draft = CleaningDraft.section.empty
        let errors = checking.errorCount
        guard CleaningDraft.section.apply(node, to: &draft, &checking), checking.errorCount == errors else {
            return nil
        }
        if let cache = draft.cache { return cleaning(of: cache, draft, node, &checking) }
        guard let path = draft.path, let older = draft.older else {
            let missing = draft.path == nil ? "path" : "older"
            checking.report("an entry has no \(missing) (write \(example))", at: node.place)
            return nil
        }
        let item = DiskSpecification.Cleaning(path: path, older: older, user: draft.user)
        if let complaint = complaint(item) {
            checking.report("\(quoted(path)) \(complaint)", at: node.place)
            return nil
        }
        return item
    }

    private static func cleaning(
        of cache: String, _ draft: CleaningDraft, _ node: TomlNode, _ checking: inout Checking
    ) -> DiskSpecification.Cleaning? {
        guard CacheRule.all[cache] != nil else {
            let known = CacheRule.names.map(quoted).joined(separator: ", ")
            checking.report("no rule is called \(quoted(cache)) (there are \(known))", at: node.place)
            return nil
        }
        guard draft.path == nil, let user = draft.user else {
            let wrong = draft.path == nil ? "has no user" : "has a path besides"
            checking.report(
                "the cache \(quoted(cache)) \(wrong) (write { cache = \(quoted(cache)), user = \"agent\" })",
                at: node.place)
            return nil
        }
        return DiskSpecification.Cleaning(cache: cache, older: draft.older, user: user)
    }

    private static func complaint(_ item: DiskSpecification.Cleaning) -> String? {
        if item.pattern.isEmpty || item.folder == "/" {
            return "names whole file systems (write one like \"/var/cache/npm/*\")"
        }
        if item.folder.contains(where: { "*?[".contains($0) }) {
            return "has a wildcard in its folder (they stand in the last part only)"
        }
        if item.path.split(separator: "/").contains("..") { return "has \"..\" in it (write it without)" }
        if item.path.utf8.count > 1024 || item.path.unicodeScalars.contains(where: { $0.value < 32 }) {
            return "is no path of files (at most 1024 bytes, on one line)"
        }
        return nil
    }

    private static func shown(_ item: DiskSpecification.Cleaning) -> String {
        let what = item.cache.map { "cache = \(tomlString($0))" } ?? "path = \(tomlString(item.path))"
        let older = item.older.map { ", older = \(quoted(TimeText.text($0)))" } ?? ""
        let user = item.user.map { ", user = \(tomlString($0))" } ?? ""
        return "{ \(what)\(older)\(user) }"
    }
}
