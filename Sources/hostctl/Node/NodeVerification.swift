// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostInstall
internal import HostNode
internal import HostWire

/// `hostctl node verify`
enum NodeVerification {
    private static let shownLimit = 20

    /// Hashes everything that is installed or locked.
    static func run(_ session: Session) throws(Failure) -> ExitCode {
        let site = try NodeSite(session)
        let checked = site.store.versions.map { site.store.check($0) } + site.lock.pins.map { $0.check() }
        let isFine = checked.allSatisfy(\.problems.isEmpty)
        if session.wantsJSON {
            let json: JSON = ["ok": .bool(isFine), "nodes": .array(checked.map(json))]
            session.out.json(json.bytes)
        } else if checked.isEmpty {
            session.out.line("no Node is installed in \(site.store.path), and none is locked in \(site.lockPath)")
        } else {
            for node in checked { show(node, site, session) }
        }
        return isFine ? .fine : .failed
    }

    private static func json(_ node: CheckedNode) -> JSON {
        [
            "version": .string("\(node.version)"), "path": .string(node.path), "known_from": .string(node.knownFrom),
            "problems": .array(node.problems.map { .string($0) }),
        ]
    }

    private static func show(_ node: CheckedNode, _ site: NodeSite, _ session: Session) {
        let isInstalled = node.knownFrom == CheckedNode.installation
        let known = isInstalled ? "as it was installed" : "as \(site.lockPath) has it for \"\(node.knownFrom)\""
        let name = "\(node.version.tag)  \(CleanText.of(node.path))"
        guard !node.problems.isEmpty else {
            return session.out.line("\(session.style.paint("ok     ", .good))  \(name)  \(known)")
        }
        session.out.line("\(session.style.paint("damaged", .bad))  \(name)  not \(known)")
        for problem in node.problems.prefix(shownLimit) { session.out.line("         \(CleanText.of(problem))") }
        if node.problems.count > shownLimit {
            session.out.line("         and \(node.problems.count - shownLimit) more")
        }
        let isOurs = isInstalled || node.path.hasPrefix(site.store.path + "/")
        let repair = isOurs ? "hostctl node install \(node.version)" : "hostctl node pin"
        session.out.line("         (\(repair) repairs it)")
    }
}
