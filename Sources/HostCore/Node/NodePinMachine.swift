// SPDX-License-Identifier: Apache-2.0

/// Decides which Node services may start on, and what is wrong with it: the configuration says what is wanted, the lock
/// what that was resolved to, and inspections what stands there now. Pure, as all machines are.
public struct NodePinMachine: Hashable, Sendable {
    /// What happens.
    public enum Event: Hashable, Sendable {
        /// What the configuration says: of `node.version`, as it would stand in the lock, and of the services that want
        /// a Node.
        case configured(standard: String?, services: [ServiceName: NodeWish])
        /// What the lock says.
        case locked(Lock)
        /// A launch of a service wants to begin.
        case launching(InstanceID)
        /// What an inspection of a service has found; asked for by `inspect`.
        case inspected(ServiceName, NodeInspection)
        /// No inspection could be made in time.
        case uninspected(ServiceName)
        /// It is time to look at everything again, or something has moved.
        case look
    }

    /// What is to be done.
    public enum Effect: Hashable, Sendable {
        /// Look at the binary of this pin, and at what the service would start and runs; answered by `inspected` or
        /// `uninspected`.
        case inspect(ServiceName, NodePinned)
        /// A launch may go on, on this Node.
        case allow(InstanceID, NodePinned)
        /// A launch may not be: why, and what to do about it.
        case refuse(InstanceID, String)
        /// A launch goes on, though its program asks for another version: what it asks for.
        case warn(InstanceID, String)
        /// What a service waited for is right now.
        case goOn(ServiceName)
        /// What there is to say of Node has changed.
        case changed
    }

    /// What node.lock says.
    public enum Lock: Hashable, Sendable {
        /// These pins.
        case pins(standard: NodePinned?, others: [NodePinned])
        /// It cannot be read: why.
        case unreadable(String)
    }

    /// How bad it is.
    public enum Level: Int, Hashable, Sendable, Comparable {
        case ok, warn, critical

        /// Less bad than.
        public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    /// What is wrong with the Node of one service, or of `node.version` itself.
    public struct Trouble: Hashable, Sendable {
        /// Whose; nil: that of `node.version`.
        public let service: ServiceName?
        /// Warn: it runs on; critical: the next start would be refused.
        public let level: Level
        /// What was pinned, what was found, and what repairs it.
        public let text: String
    }

    /// What the configuration says of `node.version`.
    public private(set) var standard: String?
    /// The services that want a Node.
    public private(set) var wishes: [ServiceName: NodeWish] = [:]
    /// What node.lock says.
    public private(set) var lock: Lock = .pins(standard: nil, others: [])
    private var inspections: [ServiceName: NodeInspection] = [:]
    /// The launches that wait for an inspection.
    private var launches: [ServiceName: InstanceID] = [:]
    /// Inspections that are under way; true: what it finds may be old already.
    private var underWay: [ServiceName: Bool] = [:]
    /// Services whose last launch was refused.
    private var refused: Set<ServiceName> = []
    private var effects: [Effect] = []

    /// A machine that knows of nothing yet.
    public init() {}

    /// Whether there is anything to watch.
    public var isInUse: Bool { !wishes.isEmpty || standard != nil }

    /// Whether a service waits for its Node.
    public var isWaitedFor: Bool { !refused.isEmpty }

    /// Takes one event and says what is to be done for it, in order.
    public mutating func handle(_ event: Event) -> [Effect] {
        effects = []
        let before = troubles
        switch event {
        case .configured(let standard, let services): configured(standard, services)
        case .locked(let lock): locked(lock)
        case .launching(let instance):
            launches[instance.service] = instance
            inspect(instance.service)
        case .inspected(let name, let inspection): inspected(name, inspection)
        case .uninspected(let name): uninspected(name)
        case .look: for name in wishes.keys.sorted() { inspect(name) }
        }
        if troubles != before { effects.append(.changed) }
        return effects
    }

    /// The pin that a service is to run on, or why there is none.
    public func pin(of name: ServiceName) -> Result<NodePinned, NodeRefusal> {
        guard let wish = wishes[name] else { return .failure(NodeRefusal("it wants no Node")) }
        return pin(for: wish)
    }

    /// What is wrong, the worst first.
    public var troubles: [Trouble] {
        var all: [Trouble] = []
        if wishes.isEmpty, standard != nil, case .failure(let refusal) = pin(for: .pinned) {
            all.append(Trouble(service: nil, level: .critical, text: refusal.text))
        }
        for name in wishes.keys.sorted() {
            if let trouble = trouble(of: name) { all.append(trouble) }
        }
        return all.filter { $0.level == .critical } + all.filter { $0.level != .critical }
    }

    /// How bad it is in all.
    public var level: Level { troubles.map(\.level).max() ?? .ok }

    // MARK: - What is wanted and what is pinned

    private mutating func configured(_ standard: String?, _ services: [ServiceName: NodeWish]) {
        self.standard = standard
        wishes = services
        inspections = inspections.filter { services[$0.key] != nil }
        refused.formIntersection(services.keys)
        for name in services.keys.sorted() { inspect(name) }
    }

    private mutating func locked(_ new: Lock) {
        guard new != lock else { return }
        lock = new
        for name in wishes.keys.sorted() { inspect(name) }
    }

    /// The pin for a wish, or why there is none.
    public func pin(for wish: NodeWish) -> Result<NodePinned, NodeRefusal> {
        guard case .pins(let pinned, let others) = lock else {
            guard case .unreadable(let why) = lock else { return .failure(NodeRefusal("")) }
            return .failure(NodeRefusal("node.lock cannot be read: \(why)"))
        }
        switch wish {
        case .any: return .failure(NodeRefusal("it wants no Node"))
        case .pinned:
            guard let pinned else {
                let version = standard.map { "\($0) is wanted, and " } ?? ""
                let repair = standard == nil ? "hostctl node pin 22, or another version" : "hostctl node pin"
                return .failure(NodeRefusal("\(version)no Node is pinned (\(repair))"))
            }
            if let standard, standard != pinned.specification {
                let found = "\(standard) is wanted, and \(pinned.specification) (\(pinned.version)) is pinned"
                return .failure(NodeRefusal("\(found) (hostctl node pin)"))
            }
            return .success(pinned)
        case .own(let specification):
            let text = specification.text
            if let own = others.first(where: { $0.specification == text }) { return .success(own) }
            // What everybody runs on may be the same wish.
            if let pinned, pinned.specification == text { return .success(pinned) }
            return .failure(NodeRefusal("no Node is pinned for \(text) (hostctl node pin)"))
        }
    }

    // MARK: - Looking

    private mutating func inspect(_ name: ServiceName) {
        switch pin(of: name) {
        case .success(let pinned):
            if underWay[name] != nil {
                underWay[name] = true
            } else {
                underWay[name] = false
                effects.append(.inspect(name, pinned))
            }
        case .failure(let refusal):
            inspections[name] = nil
            refuse(name, refusal.text)
        }
    }

    private mutating func inspected(_ name: ServiceName, _ inspection: NodeInspection) {
        let isOld = underWay.removeValue(forKey: name) ?? false
        guard case .success(let pinned) = pin(of: name) else { return inspect(name) }
        // Something moved meanwhile, or it is about the pin before: a launch wants the truth of now.
        guard !isOld, inspection.pinned == pinned else { return inspect(name) }
        inspections[name] = inspection
        if let why = inspection.refusal { return refuse(name, why) }
        if let instance = launches.removeValue(forKey: name) {
            refused.remove(name)
            if let engines = inspection.engines { effects.append(.warn(instance, engines)) }
            effects.append(.allow(instance, pinned))
        } else if refused.remove(name) != nil {
            effects.append(.goOn(name))
        }
    }

    private mutating func uninspected(_ name: ServiceName) {
        underWay[name] = nil
        guard launches[name] != nil, case .success(let pinned) = pin(of: name) else { return }
        refuse(name, "\(pinned.path) could not be looked at in time: the disk does not answer")
    }

    private mutating func refuse(_ name: ServiceName, _ why: String) {
        guard let instance = launches.removeValue(forKey: name) else { return }
        refused.insert(name)
        effects.append(.refuse(instance, why))
    }

    private func trouble(of name: ServiceName) -> Trouble? {
        switch pin(of: name) {
        case .failure(let refusal): return Trouble(service: name, level: .critical, text: refusal.text)
        case .success(let pinned):
            guard let inspection = inspections[name], inspection.pinned == pinned else { return nil }
            if let why = inspection.refusal { return Trouble(service: name, level: .critical, text: why) }
            return inspection.drift.map { Trouble(service: name, level: .warn, text: $0) }
        }
    }
}

/// Why a service may not start, for people.
public struct NodeRefusal: Error, Hashable, Sendable {
    /// What was pinned, what was found, and what repairs it.
    public let text: String

    init(_ text: String) {
        self.text = text
    }
}
