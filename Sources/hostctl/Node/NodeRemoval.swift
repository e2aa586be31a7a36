// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostInstall
internal import HostLinux
internal import HostNode
internal import HostWire

/// `hostctl node remove VERSION`
enum NodeRemoval {
    static func run(_ session: Session, _ word: String) throws(Failure) -> ExitCode {
        let version = try NodeWord.version(word)
        let site = try NodeSite(session)
        let lock = try site.locked(session)
        defer { _ = lock.raw }
        guard site.store.versions.contains(version) else {
            let names = site.store.versions.map(\.tag).joined(separator: ", ")
            let hint = names.isEmpty ? "none is" : "there: \(names)"
            throw Failure(.noSuchName, "\(version.tag) is not installed in \(site.store.path) (\(hint))")
        }
        let users = users(of: version, site)
        guard users.isEmpty else {
            throw Failure(.failed, "\(version.tag) stays: " + users.joined(separator: "; "))
        }
        do throws(InstallError) {
            try site.store.remove(version)
        } catch {
            throw Failure(error)
        }
        if session.wantsJSON {
            let json: JSON = ["removed": .string("\(version)"), "path": .string(site.store.folder(of: version))]
            session.out.json(json.bytes)
        } else {
            session.out.line("\(version.tag) is removed from \(site.store.path)")
        }
        return .fine
    }

    /// Who would miss it, in words.
    private static func users(of version: NodeVersion, _ site: NodeSite) -> [String] {
        let folder = site.store.folder(of: version)
        var users = NodeUse.below(folder).map { use in
            "\(use.service.map { "\($0), " } ?? "")pid \(use.pid) (\(use.name)) runs on it"
        }
        for pin in site.lock.pins where pin.facts.path.hasPrefix(folder + "/") {
            users.append("\(site.lockPath) has it for \"\(pin.specification)\"")
        }
        if site.configuration.node.version == .exact(version) { users.append("node.version names it") }
        for service in site.configuration.services where service.launch.node == .own(.exact(version)) {
            users.append("service \(service.name) is pinned to it")
        }
        return users.map { CleanText.of($0) }
    }
}
