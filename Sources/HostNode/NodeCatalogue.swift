// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostLinux
internal import HostWire

/// What is installed: every binary that was found, with what it said of itself when it was asked, kept in the state
/// folder for as long as its file looks the same.
public struct NodeCatalogue: Sendable {
    /// One binary.
    public struct Entry: Hashable, Sendable {
        /// Its path, links resolved.
        public let path: String
        /// What it is, or why that is not known.
        public let facts: Result<NodeFacts, NodeError>
        /// How its file looked; nil where it could not be opened.
        public let mark: FileMark?
    }

    private static let cacheLimitBytes = 1 << 20
    private static let format: Int64 = 1

    private let cachePath: String
    private var known: [String: (mark: FileMark, facts: NodeFacts)] = [:]
    private var isChanged = false

    /// The catalogue whose cache is in hostd's state folder. A cache that is missing, torn or writable by others is
    /// none.
    public init(state: String) {
        cachePath = state + "/node-facts.json"
        guard Trust.ofOwnFiles.complaint(at: cachePath) == nil,
            let bytes = try? Files.read(cachePath, limit: Self.cacheLimitBytes),
            let json = try? JSON(parsing: bytes), json["format"] == .integer(Self.format)
        else { return }
        for entry in json["nodes"]?.elements ?? [] {
            guard let mark = entry["file"]?.text.flatMap({ FileMark($0) }), let facts = try? NodeFacts(json: entry)
            else { continue }
            known[facts.path] = (mark, facts)
        }
    }

    /// All binaries below `roots`, newest version first; those that are no Node come last. Asks the ones that are not
    /// known: blocks.
    public mutating func entries(below roots: [String]) -> [Entry] {
        var seen: Set<String> = []
        var entries = NodeRoots.binaries(below: roots).map { look($0) }.filter { seen.insert($0.path).inserted }
        for path in known.keys where !Files.exists(path) {
            known[path] = nil
            isChanged = true
        }
        entries.sort { left, right in
            switch (left.facts, right.facts) {
            case (.success(let one), .success(let other)):
                one.version == other.version ? one.path < other.path : one.version > other.version
            case (.success, .failure): true
            case (.failure, .success): false
            case (.failure, .failure): left.path < right.path
            }
        }
        return entries
    }

    /// One binary, asked when it is not known.
    public mutating func look(_ path: String) -> Entry {
        let binary: NodeBinary
        do throws(NodeError) { binary = try NodeBinary.open(path) } catch {
            return Entry(path: path, facts: .failure(error), mark: nil)
        }
        if let known = known[binary.path], known.mark == binary.mark {
            return Entry(path: binary.path, facts: .success(known.facts), mark: binary.mark)
        }
        do throws(NodeError) {
            // By the path that it was found under: who can change that decides with whose rights it is asked.
            let facts = try NodeQuestion.ask(path)
            // One that was replaced meanwhile is asked again next time.
            let mark = try NodeBinary.open(binary.path).mark
            if mark == binary.mark {
                known[binary.path] = (mark, facts)
                isChanged = true
            }
            return Entry(path: binary.path, facts: .success(facts), mark: mark)
        } catch {
            return Entry(path: binary.path, facts: .failure(error), mark: binary.mark)
        }
    }

    /// Writes the cache, where something in it is new. A folder that cannot be written costs the next look some time.
    public mutating func save() {
        guard isChanged else { return }
        isChanged = false
        let nodes = known.sorted { $0.key < $1.key }.map { path, entry -> JSON in
            guard case .object(let members) = entry.facts.json else { return .null }
            return .object(members + [JSON.Member(key: "file", value: .string("\(entry.mark)"))])
        }
        let json: JSON = ["format": .integer(Self.format), "nodes": .array(nodes)]
        try? Files.replace(cachePath, with: json.bytes)
    }
}
