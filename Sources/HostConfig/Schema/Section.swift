// SPDX-License-Identifier: Apache-2.0

/// The declaration of a table with fixed keys.
struct Section<Target: Sendable>: Sendable {
    /// As people write it in brackets: `service.NAME.live`.
    let path: String
    /// All defaults.
    let empty: Target
    /// What to write where something else than a table stands.
    let hint: String
    /// Of these keys one table may have one only.
    let exclusive: [String]
    let keys: [Key<Target>]

    init(_ path: String, empty: Target, hint: String? = nil, exclusive: [String] = [], keys: [Key<Target>]) {
        self.path = path
        self.empty = empty
        self.hint = hint ?? "a table, like [\(path)] with its keys below it"
        self.exclusive = exclusive
        self.keys = keys
    }

    /// Takes over what stands in the table `node`; keys that it lacks stay as they are in the target. False when there
    /// is no table.
    @discardableResult
    func apply(_ node: TomlNode, to target: inout Target, _ checking: inout Checking) -> Bool {
        guard case .table(let entries) = node.value else {
            node.reportWrongType(hint, &checking)
            return false
        }
        checking.note(node.place)
        checkExclusive(entries, &checking)
        for entry in entries {
            checking.inside(entry.key) { checking in
                guard let key = keys.first(where: { $0.name == entry.key }) else {
                    return reportUnavailable(entry, &checking)
                }
                checking.note(entry.node.place)
                key.store(entry.node, &target, &checking)
            }
        }
        return true
    }

    /// This section's keys and those below, with the values that `target` has.
    func describe(_ prefix: String, _ target: Target) -> [KeyDescription] {
        keys.flatMap { $0.describe(prefix, target) }
    }

    private func checkExclusive(_ entries: [TomlEntry], _ checking: inout Checking) {
        let given = entries.filter { exclusive.contains($0.key) }
        guard let first = given.first else { return }
        for entry in given.dropFirst() {
            checking.inside(entry.key) {
                $0.report(
                    "\"\(first.key)\" stands here already (give only one of \(exclusive.joined(separator: ", ")))",
                    at: entry.keyPlace)
            }
        }
    }

    private func reportUnavailable(_ entry: TomlEntry, _ checking: inout Checking) {
        guard !checking.isFull else { return checking.report("", at: entry.keyPlace) }
        let later = LaterKeys.bySection[path] ?? []
        if let key = later.first(where: { $0.name == entry.key }) {
            return checking.report(key.message, at: entry.keyPlace)
        }
        let known = keys.map(\.name) + later.map(\.name)
        let right =
            keys.first { $0.otherNames.contains(entry.key) }?.name
            ?? Suggestion.sameWord(as: entry.key, among: known)
            ?? Suggestion.misplaced(entry.key, in: checking.currentPath)
            ?? Suggestion.nearest(to: entry.key, among: known)
        if let right {
            checking.report("unknown key (did you mean \"\(right)\"?)", at: entry.keyPlace)
        } else {
            let list = keys.count <= 12 ? " (here stand \(keys.map(\.name).joined(separator: ", ")))" : ""
            checking.report("unknown key" + list, at: entry.keyPlace)
        }
    }
}
