// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostNode
internal import HostWire

/// A Node that was unpacked beside the store and is not in its place yet.
struct UnpackedNode {
    /// A folder of its own.
    let folder: String
    /// The folder of the archive in it.
    let top: String
    /// The version that it should be.
    let version: NodeVersion

    private var root: String { "\(folder)/\(top)" }
    private var binary: String { "\(root)/bin/node" }

    /// Unpacks the archive at `path`.
    func fill(from path: String) throws(InstallError) {
        do throws(SystemError) {
            try FileTree.remove(folder)
            try Files.makeFolder(folder)
        } catch {
            throw .failed("\(error)")
        }
        try Archive(path: path, top: top).unpack(into: folder)
    }

    /// Takes everything away that is not in its place.
    func remove() {
        try? FileTree.remove(folder)
    }

    /// What it says it is; fails when that is not what was wanted.
    func ask(platform: String) throws(InstallError) -> NodeFacts {
        guard let head = try? DropIns.read(binary, limit: 20) else {
            throw .failed("the archive has no \(top)/bin/node")
        }
        if let other = Machine.node(ofProgram: head), "linux-\(other)" != platform {
            throw .failed("\(top)/bin/node is for \(other), and this host is \(platform) (the archive is wrong)")
        }
        let facts: NodeFacts
        do throws(NodeError) {
            facts = try NodeQuestion.ask(binary)
        } catch {
            throw .failed("the new Node does not work here: \(error)")
        }
        guard facts.version == version else {
            throw .failed("\(top)/bin/node says that it is \(facts.version.tag) (\(version.tag) was wanted)")
        }
        guard "\(facts.platform)-\(facts.architecture)" == platform else {
            throw .failed("\(top)/bin/node is for \(facts.platform)-\(facts.architecture) (\(platform) was wanted)")
        }
        return facts
    }

    /// Makes it read-only, writes down what it is, sees that all of it outlives power loss, and puts it in its place;
    /// a damaged one that is there goes.
    func place(in store: NodeStore, _ record: InstallRecord) throws(InstallError) {
        let final = store.folder(of: version)
        do throws(SystemError) {
            let hashes = try FileHashes(of: root)
            try Files.replace("\(root)/\(InstallRecord.hashesName)", with: hashes.text.utf8, mode: 0o444)
            let text = record.json.bytes + Array("\n".utf8)
            try Files.replace("\(root)/\(InstallRecord.fileName)", with: text, mode: 0o444)
            try protect()
            try store.letOthersPass()
            try FileSystemRoom.sync(at: root)
            if Files.exists(final) {
                try Files.setMode(final, 0o755)
                try FileTree.exchange(root, final)
            } else {
                try Files.move(root, to: final)
            }
            try Files.setMode(final, 0o555)
            try FileSystemRoom.sync(at: store.path)
        } catch {
            throw .failed("\(error)")
        }
    }

    /// Nobody writes to it any more, npm included. The top folder follows when it is in its place.
    private func protect() throws(SystemError) {
        for entry in try FileTree.entries(of: root).reversed() {
            switch entry.kind {
            case .folder: try Files.setMode("\(root)/\(entry.path)", 0o555)
            case .file: try Files.setMode("\(root)/\(entry.path)", entry.isExecutable ? 0o555 : 0o444)
            case .link, .other: break
            }
        }
        try Files.setMode(root, 0o755)
    }
}
