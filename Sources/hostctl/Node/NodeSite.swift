// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostInstall
internal import HostLinux
internal import HostNode
internal import HostWire

/// What installing, checking and removing Nodes goes by: configuration, lock and store of this host.
struct NodeSite {
    /// What the files say; all defaults where there are none.
    let configuration: HostConfiguration
    /// The folder of the configuration, which relative paths in it start from.
    let folder: String
    /// What is pinned.
    let lock: NodeLock
    /// Where node.lock is.
    let lockPath: String
    /// Where Nodes are installed.
    let store: NodeStore

    init(_ session: Session) throws(Failure) {
        let path = Places.configuration(session.request)
        if Files.exists(path) {
            switch ConfigurationReader.read(try ConfigurationFiles.read(session.request)) {
            case .success(let configuration): self.configuration = configuration
            case .failure(let errors):
                ErrorList.show(errors, session)
                throw Failure(.badFile, "the configuration has errors (hostctl check lists them)")
            }
        } else {
            configuration = HostConfiguration()
        }
        folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? Files.currentFolder()
        lockPath = NodeLock.path(beside: path)
        do throws(NodeError) {
            lock = try NodeLock.read(lockPath)
        } catch {
            throw Failure(.badFile, error.description)
        }
        store = NodeStore(state: Places.state(session.request))
    }

    /// The mirror, with proxy and certificates as the environment says.
    func mirror(_ session: Session) throws(Failure) -> Mirror {
        let trust = Mirror.Trust(
            file: Places.variable("CURL_CA_BUNDLE") ?? Places.variable("SSL_CERT_FILE"),
            folder: Places.variable("SSL_CERT_DIR"))
        let patience = try session.request.time(.timeout)
        return Mirror(configuration.node.mirror, patience: patience ?? .seconds(30), trust: trust)
    }

    /// Locks the store for changes; says so when somebody else has to be waited for.
    func locked(_ session: Session) throws(Failure) -> Descriptor {
        do throws(InstallError) {
            return try store.lock { session.sayError("another hostctl changes \(store.path): waiting for its end") }
        } catch {
            throw Failure(error)
        }
    }
}

extension Failure {
    init(_ error: InstallError) {
        self.init(error.code, error.description)
    }
}
