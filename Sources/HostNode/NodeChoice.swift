// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostLinux
internal import HostWire

/// Chooses an installed Node for what is wanted.
public enum NodeChoice {
    /// A Node that was chosen.
    public struct Chosen: Hashable, Sendable {
        /// What it is.
        public let facts: NodeFacts
        /// How its file looks.
        public let mark: FileMark
    }

    private static let fileLimitBytes = 1 << 20

    /// The newest installed Node that `specification` means, of equal ones the first in `entries`. Files are read;
    /// relative paths are taken from `folder`.
    public static func choose(
        _ specification: NodeSpecification, in folder: String, among entries: [NodeCatalogue.Entry]
    ) throws(NodeError) -> Chosen {
        let meant = try read(specification.inside(folder))
        let known = entries.compactMap { entry -> Chosen? in
            guard case .success(let facts) = entry.facts, let mark = entry.mark else { return nil }
            return Chosen(facts: facts, mark: mark)
        }
        let fitting = known.filter { meant.matches($0.facts.version, lts: $0.facts.lts) }
        guard let first = fitting.max(by: { $0.facts.version < $1.facts.version }) else {
            let versions = known.map { "\($0.facts.version)" }
            let there = versions.isEmpty ? "none is" : "there are \(versions.prefix(8).joined(separator: ", "))"
            let from = meant == specification ? "" : " (\(specification.text))"
            throw NodeError(
                "no installed Node is \(meant.text)\(from): \(there) (hostctl node install \(meant.text), or name the "
                    + "folder that it is in under node.roots)")
        }
        return fitting.first { $0.facts.version == first.facts.version } ?? first
    }

    /// What a specification means once its file is read; the same for one without a file.
    public static func read(_ specification: NodeSpecification) throws(NodeError) -> NodeSpecification {
        guard case .file(let path) = specification else { return specification }
        let bytes: [UInt8]
        do throws(SystemError) {
            let rights = FileRights.areRoots ? try FileRights.changer(of: path) : nil
            let read = { () throws(SystemError) in try Files.read(path, limit: fileLimitBytes) }
            bytes = if let rights { try rights.use(read) } else { try read() }
        } catch {
            throw NodeError("\(error)")
        }
        let name = path.split(separator: "/").last.map(String.init) ?? path
        if name == "package.json" {
            guard let engines = try engines(bytes, path) else {
                throw NodeError("\(path) names no Node under engines (write \"engines\": {\"node\": \">=22\"})")
            }
            return .range(engines)
        }
        do throws(NodeFileText.Wrong) {
            return try NodeFileText.specification(in: String(decoding: bytes, as: UTF8.self), of: name)
        } catch {
            throw NodeError("\(path) \(error)")
        }
    }

    /// The range that a package.json names under engines.node; nil when it names none.
    static func engines(_ bytes: [UInt8], _ path: String) throws(NodeError) -> NodeRange? {
        let json: JSON
        do throws(JSONError) {
            json = try JSON(parsing: bytes)
        } catch {
            throw NodeError("\(path): \(error)")
        }
        guard let text = json["engines"]?["node"]?.text else { return nil }
        guard let range = NodeRange(text) else { throw NodeError("\(path): engines.node is \"\(text)\", no range") }
        return range
    }
}
