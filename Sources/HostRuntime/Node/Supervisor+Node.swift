// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostControl
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostNode
internal import HostWire

/// The Node that services run on.
extension Supervisor {
    /// Connects the watch with what it concerns.
    func hearNodes() {
        nodes.context = { [weak self] name in self?.nodeContext(of: name) ?? { (nil, nil) } }
        nodes.allowed = { [weak self] in self?.launchAllowed($0, $1) }
        nodes.refused = { [weak self] in self?.launchRefused($0, $1) }
        nodes.goesOn = { [weak self] in self?.feed($0, .nodeChanged) }
        nodes.warned = { [weak self] in self?.history.add("service.engines", $0, $1) }
        nodes.changed = { [weak self] in self?.nodesChanged() }
    }

    /// Tells the watch what the configuration says.
    func wantNodes(of configuration: HostConfiguration) {
        let folder = NodeLock.path(beside: folders.configuration).dropLast("/node.lock".count)
        // Kinds of jobs are looked after like services of that name.
        let kinds = configuration.kinds.compactMap { kind in
            ServiceName("kind-\(kind.name)").map { ($0, kind.launch.node) }
        }
        let wishes = (configuration.services.map { ($0.name, $0.launch.node) } + kinds).filter { $0.1 != .any }
        nodes.configure(
            standard: configuration.node.version?.inside(String(folder)).text,
            services: Dictionary(wishes) { first, _ in first })
        nodesChanged()
    }

    /// A launch that wants a Node waits until that has been looked at.
    func launchOnNode(_ instance: InstanceID, _ hook: Hook?) {
        waitingForNode[instance.service] = (instance, hook)
        nodes.feed(.launching(instance))
    }

    private func launchAllowed(_ instance: InstanceID, _ pinned: NodePinned) {
        guard let waiting = waitingForNode.removeValue(forKey: instance.service), waiting.instance == instance else {
            return
        }
        prepare(instance, waiting.hook, node: pinned)
    }

    private func launchRefused(_ instance: InstanceID, _ why: String) {
        waitingForNode[instance.service] = nil
        feed(instance.service, .launchRefused(instance, why))
    }

    /// What a service is pinned to, for what runs beside it.
    func nodePin(of name: ServiceName) -> NodePinned? {
        if case .success(let pinned) = nodes.machine.pin(of: name) { pinned } else { nil }
    }

    private func nodeContext(of name: ServiceName) -> NodeContext {
        guard let service = machine.services[name] else { return { (nil, nil) } }
        let launch = filled(service.specification.launch, policy.models)
        let process = service.state.process
        let known = identities[name]
        let node = nodePin(of: name)?.path
        // The PATH is that of any of its launches.
        let instance = InstanceID(service: name, launch: service.launches)
        return {
            guard let identity = try? known ?? ChildIdentity.resolve(launch),
                let entries = try? ChildEnvironment.entries(
                    for: instance, token: "", launch, identity, node: node)
            else { return (nil, process) }
            let path = entries.first { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count) ?? ""
            let user = FileRights(uid: identity.account.uid, gid: identity.gid)
            let program = NodeInspector.Program(
                command: launch.command, searchPath: String(path), directory: launch.directory ?? identity.directory,
                rights: FileRights.areRoots && user.uid != 0 ? user : nil)
            return (program, process)
        }
    }

    // MARK: - What people see

    private static let namedLimit = 3

    private func nodesChanged() {
        let troubles = nodes.machine.troubles
        guard nodes.machine.isInUse else { return removeCondition("node") }
        let level: ConditionLevel =
            switch nodes.machine.level {
            case .ok: .ok
            case .warn: .warn
            case .critical: .critical
            }
        setCondition("node", level, Self.text(troubles), evidence: Self.evidence(troubles))
    }

    private static func text(_ troubles: [NodePinMachine.Trouble]) -> String {
        let words = troubles.prefix(namedLimit).map { trouble in
            (trouble.service.map { "\($0): " } ?? "") + trouble.text
        }
        let more = troubles.count > namedLimit ? ["and \(troubles.count - namedLimit) more"] : []
        return (words + more).joined(separator: "; ")
    }

    private static func evidence(_ troubles: [NodePinMachine.Trouble]) -> JSON {
        ["services": .array(troubles.prefix(100).map(json))]
    }

    private static func json(_ trouble: NodePinMachine.Trouble) -> JSON {
        [
            "service": JSON(trouble.service?.text), "level": trouble.level == .critical ? "critical" : "warn",
            "reason": .string(trouble.text),
        ]
    }

    /// The pin at a glance.
    var nodeStatus: NodeStatus {
        let troubles = nodes.machine.troubles
        let facts = nodes.lock?.standard?.facts
        return NodeStatus(
            pinned: facts.map { "\($0.version)" }, path: facts?.path, ok: troubles.isEmpty,
            reason: Self.text(troubles))
    }

    /// `GET /v1/node`
    func answerNode(_ call: ControlCall) {
        call.finish(nodeAnswer)
    }

    /// `POST /v1/node`: node.lock is read again.
    func answerNodeLook(_ call: ControlCall) {
        nodes.lookNow { [weak self] in
            guard let self else { return }
            call.finish(self.nodeAnswer)
        }
    }

    private var nodeAnswer: JSON {
        let status = nodeStatus
        let services = nodes.machine.wishes.keys.sorted().map { name -> JSON in
            let pin = nodes.machine.pin(of: name)
            let pinned = try? pin.get()
            let trouble = nodes.machine.troubles.first { $0.service == name }
            return [
                "service": .string(name.text), "wants": .string(nodes.machine.wishes[name]?.text ?? ""),
                "version": JSON(pinned.map { "\($0.version)" }), "path": JSON(pinned?.path),
                "ok": .bool(trouble == nil), "reason": .string(trouble?.text ?? ""),
            ]
        }
        return [
            "wanted": JSON(nodes.machine.standard), "pinned": nodes.lock?.standard?.json ?? .null,
            "pins": .array((nodes.lock?.others ?? []).map(\.json)), "services": .array(services),
            "ok": .bool(status.ok), "reason": .string(status.reason),
        ]
    }
}
