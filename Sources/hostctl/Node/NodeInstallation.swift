// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostInstall
internal import HostLinux
internal import HostNode
internal import HostWire

/// `hostctl node install VERSION`
enum NodeInstallation {
    /// Installs what `word` names, or without one what the configuration does.
    static func run(_ session: Session, _ word: String?) throws(Failure) -> ExitCode {
        let site = try NodeSite(session)
        let mirror = try site.mirror(session)
        let (version, abi) = try version(try wanted(word, site), mirror)
        let lock = try site.locked(session)
        defer { _ = lock.raw }
        if let record = site.store.intact(version) {
            show(record, site, isNew: false, session)
            return .fine
        }
        var installer = NodeInstaller(version, from: mirror, into: site.store)
        installer.abi = abi
        installer.keyring = site.configuration.node.keyring
        installer.sha256 = site.configuration.node.sha256
        let progress = InstallProgress(session)
        do throws(InstallError) {
            let record = try installer.run(tell: progress.tell) { facts throws(InstallError) in
                progress.clear()
                try approve(facts, site, session)
            }
            show(record, site, isNew: true, session)
            return .fine
        } catch {
            progress.clear()
            throw Failure(error)
        }
    }

    /// What is to be looked for; a file that says it is read.
    private static func wanted(_ word: String?, _ site: NodeSite) throws(Failure) -> NodeSpecification {
        var wanted = site.configuration.node.version?.inside(site.folder)
        if let word { wanted = try NodeWord.specification(word).inside(Files.currentFolder()) }
        guard let wanted else {
            throw .usage("node install needs a NODE, like: hostctl node install 22 (node.version names none either)")
        }
        do throws(NodeError) {
            return try NodeChoice.read(wanted)
        } catch {
            throw Failure(.failed, error.description)
        }
    }

    /// The version that is meant, by the mirror's index where it is not said whole.
    private static func version(
        _ specification: NodeSpecification, _ mirror: Mirror
    ) throws(Failure) -> (NodeVersion, abi: String?) {
        if case .exact(let version) = specification { return (version, nil) }
        do throws(InstallError) {
            let releases = try ReleaseIndex(from: mirror).releases.filter {
                specification.matches($0.version, lts: $0.codename) && $0.isForThisHost
            }
            if let newest = releases.max(by: { $0.version < $1.version }) { return (newest.version, newest.abi) }
        } catch {
            throw Failure(error)
        }
        throw Failure(.noSuchName, "\(mirror.shown("index.json")) has no Node \"\(specification.text)\" for this host")
    }

    /// Another ABI than that of the pin is for a person to decide.
    private static func approve(_ facts: NodeFacts, _ site: NodeSite, _ session: Session) throws(InstallError) {
        guard let pinned = site.lock.standard?.facts, pinned.abi != facts.abi else { return }
        let services = site.configuration.services.filter { $0.launch.node == .pinned }
        do throws(Failure) {
            try AbiChange(pinned: pinned, new: facts, services: services).confirm(session)
        } catch {
            throw InstallError(error.code, error.text)
        }
    }

    private static func show(_ record: InstallRecord, _ site: NodeSite, isNew: Bool, _ session: Session) {
        let path = site.store.binary(of: record.version)
        if session.wantsJSON {
            guard case .object(let members) = record.json else { return }
            let more = [
                JSON.Member(key: "path", value: .string(path)), JSON.Member(key: "installed_now", value: .bool(isNew)),
            ]
            return session.out.json(JSON.object(members + more).bytes)
        }
        session.out.line("\(record.version.tag) \(isNew ? "is installed" : "is there already"): \(path)")
        if site.lock.standard?.facts.path != path {
            session.out.line("hostctl node pin \(record.version) lets services run on it")
        }
    }
}
