// SPDX-License-Identifier: Apache-2.0

public import HostCore
internal import HostLinux
public import HostNode

/// What hashing a Node anew has shown.
public struct CheckedNode: Hashable, Sendable {
    /// The version.
    public var version: NodeVersion
    /// The folder of the Node, or the binary where only that is known.
    public var path: String
    /// Who knows how it should be: "installation", or the specification in node.lock.
    public var knownFrom: String
    /// What is not as it was; empty when all is well.
    public var problems: [String]

    /// What `knownFrom` says of a Node in the store.
    public static let installation = "installation"

}

extension NodeStore {
    /// Hashes every file of an installed version, and compares with what was written down at its installation.
    public func check(_ version: NodeVersion) -> CheckedNode {
        let folder = folder(of: version)
        var checked = CheckedNode(version: version, path: folder, knownFrom: CheckedNode.installation, problems: [])
        guard let kept = FileHashes(keptIn: folder), let record = InstallRecord.read(in: folder) else {
            checked.problems = ["nothing says how it was installed"]
            return checked
        }
        if record.version != version { checked.problems.append("it was installed as \(record.version.tag)") }
        if kept.hashes["bin/node"] != record.binarySHA256 {
            checked.problems.append("\(InstallRecord.hashesName) and \(InstallRecord.fileName) do not agree")
        }
        do throws(SystemError) {
            checked.problems += kept.differences(to: try FileHashes(of: folder))
        } catch {
            checked.problems.append("\(error)")
        }
        return checked
    }

    /// What was written down of an installed version, as long as its binary is the one that was installed; else nil.
    public func intact(_ version: NodeVersion) -> InstallRecord? {
        let folder = folder(of: version)
        guard let record = InstallRecord.read(in: folder), record.version == version,
            let file = try? Descriptor(opening: binary(of: version), Descriptor.readingOnly),
            let hash = try? SHA256.hex(of: file), hash == record.binarySHA256
        else { return nil }
        return record
    }
}

extension NodePin {
    /// Hashes the binary that is locked.
    public func check() -> CheckedNode {
        var checked = CheckedNode(
            version: facts.version, path: facts.path, knownFrom: specification, problems: [])
        do throws(NodeError) {
            let hash = try NodeBinary.open(facts.path).sha256()
            if hash != facts.sha256 { checked.problems = ["SHA-256 is \(hash) (pinned: \(facts.sha256))"] }
        } catch {
            checked.problems = ["\(error)"]
        }
        return checked
    }
}
