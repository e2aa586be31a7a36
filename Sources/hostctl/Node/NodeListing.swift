// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostNode
internal import HostWire

/// `hostctl node list`
enum NodeListing {
    private static let heads = ["VERSION", "ABI", "LIBC", "SQLITE", "LTS", "PINNED AS", "PATH"]

    static func run(_ session: Session) throws(Failure) -> ExitCode {
        let host = try NodeHost(session)
        let entries = host.entries()
        let lock = try host.lock()
        if session.wantsJSON {
            let nodes = entries.map { json($0, pinnedAs: lock.names(of: $0.path)) }
            session.out.json(JSON.object([JSON.Member(key: "nodes", value: .array(nodes))]).bytes)
            return .fine
        }
        guard !entries.isEmpty else {
            session.out.line("no Node was found below \(host.roots.joined(separator: ", "))")
            return .fine
        }
        let rows = entries.map { row($0, pinnedAs: lock.names(of: $0.path)) }
        let widths = heads.indices.map { column in
            ([heads] + rows).map { TextWidth.of($0[column]) }.max() ?? 0
        }
        session.out.line(session.style.paint(line(heads, widths), .faint))
        for row in rows { session.out.line(line(row, widths)) }
        for case .failure(let error) in entries.map(\.facts) { session.complain(CleanText.of("\(error)")) }
        return .fine
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        "  "
            + cells.indices.map { column in
                column == cells.count - 1 ? cells[column] : TextWidth.padded(cells[column], widths[column])
            }.joined(separator: "  ")
    }

    private static func row(_ entry: NodeCatalogue.Entry, pinnedAs names: [String]) -> [String] {
        let path = CleanText.of(entry.path)
        guard case .success(let facts) = entry.facts else { return ["?", "-", "-", "-", "-", "-", path] }
        return [
            "\(facts.version)", CleanText.of(facts.abi), facts.libc, CleanText.of(facts.sqlite ?? "-"),
            CleanText.of(facts.lts ?? "-"), names.isEmpty ? "-" : CleanText.of(names.joined(separator: ", ")), path,
        ]
    }

    private static func json(_ entry: NodeCatalogue.Entry, pinnedAs names: [String]) -> JSON {
        let ends = [JSON.Member(key: "pinned_as", value: .array(names.map { .string($0) }))]
        switch entry.facts {
        case .success(let facts):
            guard case .object(let members) = facts.json else { return .null }
            return .object(members + ends + [JSON.Member(key: "error", value: .null)])
        case .failure(let error):
            let keys = ["version", "path", "sha256", "abi", "platform", "architecture", "libc", "lts", "sqlite"]
            let members = keys.map { JSON.Member(key: $0, value: $0 == "path" ? .string(entry.path) : .null) }
            return .object(members + ends + [JSON.Member(key: "error", value: .string("\(error)"))])
        }
    }
}

extension NodeLock {
    /// What the binary at `path` is pinned as: "default", and the specifications of services.
    fileprivate func names(of path: String) -> [String] {
        (standard?.facts.path == path ? ["default"] : [])
            + others.filter { $0.facts.path == path }.map(\.specification)
    }
}
