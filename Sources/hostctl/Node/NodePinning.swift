// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostNode
internal import HostWire

/// `hostctl node pin [NODE]`
struct NodePinning {
    private let session: Session
    private let host: NodeHost
    private let entries: [NodeCatalogue.Entry]

    static func run(_ session: Session, _ word: String?) throws(Failure) -> ExitCode {
        let host = try NodeHost(session)
        let pinning = NodePinning(session: session, host: host, entries: host.entries())
        let (lock, news) = if let word { try pinning.pinOne(word) } else { try pinning.pinAll() }
        do throws(NodeError) {
            try lock.write(host.lockPath)
        } catch {
            throw Failure(.notPermitted, "\(error)")
        }
        pinning.tellHostd()
        pinning.show(news, lock)
        return .fine
    }

    /// What the configuration says, resolved anew; what it does not say any more is dropped.
    private func pinAll() throws(Failure) -> (NodeLock, [NodePin]) {
        let node = host.configuration.node
        var standard: NodePin?
        if let version = node.version {
            standard = try pin(version)
        } else {
            // Without a word of the configuration the lock says it.
            standard = (try? host.lock())?.standard
        }
        var others: [NodePin] = []
        for specification in own where specification != node.version?.inside(host.folder) {
            others.append(try pin(specification))
        }
        let isWanted = host.configuration.services.contains { $0.launch.node == .pinned }
        guard standard != nil || !others.isEmpty else {
            let hint = "write version = \"22\" under [node], or hostctl node pin 22"
            throw Failure(
                .failed, isWanted ? "nothing says which Node is wanted (\(hint))" : "nothing to pin (\(hint))")
        }
        return (NodeLock(standard: standard, others: others), (standard.map { [$0] } ?? []) + others)
    }

    /// One specification: that of a service where it is only that, else the default.
    private func pinOne(_ word: String) throws(Failure) -> (NodeLock, [NodePin]) {
        guard let given = NodeSpecification(word) else {
            throw .usage(
                "\"\(CleanText.of(word))\" names no Node (write 22.12.0, 22, lts, lts/jod or the path of .nvmrc)")
        }
        var lock = (try? host.lock()) ?? NodeLock()
        let version = host.configuration.node.version
        if own.contains(given), version != given {
            let pin = try pin(given)
            lock = NodeLock(
                standard: lock.standard, others: lock.others.filter { $0.specification != pin.specification } + [pin])
            return (lock, [pin])
        }
        let pin = try pin(given.inside(Files.currentFolder()))
        lock.standard = pin
        return (lock, [pin])
    }

    /// The pins that services have of their own.
    private var own: [NodeSpecification] {
        var all: [NodeSpecification] = []
        for service in host.configuration.services {
            if case .own(let specification) = service.launch.node, !all.contains(specification) {
                all.append(specification)
            }
        }
        return all
    }

    private func pin(_ specification: NodeSpecification) throws(Failure) -> NodePin {
        do throws(NodeError) {
            let whole = specification.inside(host.folder)
            let chosen = try NodeChoice.choose(whole, in: host.folder, among: entries)
            return NodePin(specification: whole.text, facts: chosen.facts, mark: chosen.mark, pinnedAt: session.now)
        } catch {
            throw Failure(.failed, "\(error)")
        }
    }

    /// hostd sees the new lock by itself too; one that is asked has looked when this returns.
    private func tellHostd() {
        _ = try? session.client.post(Target(["node"]))
    }

    private func show(_ news: [NodePin], _ lock: NodeLock) {
        if session.wantsJSON {
            return session.out.json(JSON.object([JSON.Member(key: "pins", value: .array(news.map(\.json)))]).bytes)
        }
        for pin in news {
            session.out.line(CleanText.of("\(pin.specification): \(pin.facts.version), \(pin.facts.path)"))
            if FileRights.areRoots, let rights = (try? FileRights.changer(of: pin.facts.path)) ?? nil {
                session.complain(
                    "uid \(rights.uid) can change \(pin.facts.path): services of other users should not run it")
            }
        }
        guard let version = host.configuration.node.version?.inside(host.folder).text, let standard = lock.standard,
            standard.specification != version
        else { return }
        session.complain(
            "the configuration says node.version = \"\(version)\": until it says \"\(standard.specification)\" too, "
                + "no service with node = true starts")
    }
}
