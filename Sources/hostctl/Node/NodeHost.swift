// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostNode
internal import HostWire

/// What the files of this host say of Node: its configuration, its lock, its store.
struct NodeHost {
    let configuration: HostConfiguration
    /// The folder of hostd.toml.
    let folder: String
    /// Where Nodes are looked for, the store first.
    let roots: [String]
    /// The path of node.lock.
    let lockPath: String
    private let state: String

    init(_ session: Session) throws(Failure) {
        let files = try ConfigurationFiles.read(session.request)
        switch ConfigurationReader.read(files) {
        case .success(let configuration): self.configuration = configuration
        case .failure(let errors): throw Failure(.badFile, "\(errors)")
        }
        let main = Places.configuration(session.request)
        lockPath = NodeLock.path(beside: main)
        folder = main.lastIndex(of: "/").map { String(main[..<$0]) } ?? "."
        state = Places.state(session.request)
        roots = [NodeStore(state: state).path] + configuration.node.roots
    }

    /// What is installed; those that are new are asked, and what they said is kept.
    func entries() -> [NodeCatalogue.Entry] {
        var catalogue = NodeCatalogue(state: state)
        let entries = catalogue.entries(below: roots)
        catalogue.save()
        return entries
    }

    func lock() throws(Failure) -> NodeLock {
        do throws(NodeError) {
            return try NodeLock.read(lockPath)
        } catch {
            throw Failure(.badFile, "\(error)")
        }
    }
}
