// SPDX-License-Identifier: Apache-2.0

/// What a trouble of the network comes of.
public enum NetworkCause: String, Hashable, Sendable, CaseIterable {
    /// The host has no carrier or no route.
    case link
    /// The local gateway does not answer.
    case gateway
    /// Names cannot be looked up; addresses answer, or nothing says that they do not.
    case dns
    /// Something on the way answers in the place of others: a login page.
    case portal
    /// Somewhere between here and all targets.
    case path
    /// Connections stand, and TLS fails on them.
    case tls
    /// One target has a trouble of its own: others answer, or it refuses.
    case provider
}

/// What the kernel says of the way out of the host.
public struct NetworkLink: Hashable, Sendable {
    /// The interface of the default route; nil without one.
    public var interface: String?
    /// That it has a carrier, and is up.
    public var hasCarrier: Bool
    /// The address of the gateway; nil where the route has none.
    public var gateway: String?
    /// Whether the gateway's address was found on the link; nil when nobody knows.
    public var gatewayAnswers: Bool?

    /// These facts.
    public init(
        interface: String?, hasCarrier: Bool = true, gateway: String? = nil, gatewayAnswers: Bool? = nil
    ) {
        self.interface = interface
        self.hasCarrier = hasCarrier
        self.gateway = gateway
        self.gatewayAnswers = gatewayAnswers
    }
}

/// What is known of one target when a cause is looked for.
public struct NetworkView: Hashable, Sendable {
    /// Why it does not answer; nil when it does.
    public var failure: NetworkFailure?
    /// It answers, and not well.
    public var isDegraded: Bool
    /// It is a name server.
    public var isNameService: Bool
    /// It takes a route out of the host to get there.
    public var needsRoute: Bool
    /// It speaks TLS.
    public var usesTLS: Bool

    /// A target that answers, unless something else is said.
    public init(
        failure: NetworkFailure? = nil, isDegraded: Bool = false, isNameService: Bool = false,
        needsRoute: Bool = true, usesTLS: Bool = false
    ) {
        self.failure = failure
        self.isDegraded = isDegraded
        self.isNameService = isNameService
        self.needsRoute = needsRoute
        self.usesTLS = usesTLS
    }

    /// Names are what it fails by.
    fileprivate var failsByName: Bool { failure == .name || (isNameService && failure != nil) }
}

extension NetworkCause {
    /// The cause of what is seen, the nearest to the host first; nil when all is well.
    public static func find(_ views: [NetworkView], link: NetworkLink?) -> NetworkCause? {
        let failing = views.filter { $0.failure != nil }
        guard !failing.isEmpty else { return ofDegraded(views) }
        if let near = ofWayOut(views, link) { return near }
        if failing.allSatisfy(\.failsByName) { return .dns }
        let others = failing.filter { !$0.failsByName }
        if isPortal(views) { return .portal }
        let someAnswer = views.contains { $0.failure == nil && !$0.isNameService }
        if others.allSatisfy({ $0.failure == .tls }) { return .tls }
        if someAnswer { return .provider }
        let areThere = others.allSatisfy { $0.failure == .refused || $0.failure == .unexpected }
        return areThere ? .provider : .path
    }

    /// Only while nothing beyond the host answers.
    private static func ofWayOut(_ views: [NetworkView], _ link: NetworkLink?) -> NetworkCause? {
        let beyond = views.filter(\.needsRoute)
        guard let link, !beyond.isEmpty, beyond.allSatisfy({ $0.failure != nil }) else { return nil }
        if link.interface == nil || !link.hasCarrier { return .link }
        return link.gatewayAnswers == false ? .gateway : nil
    }

    /// A login page answers plain HTTP in the place of the server, and has a certificate for none of several hosts.
    private static func isPortal(_ views: [NetworkView]) -> Bool {
        if views.contains(where: { $0.failure == .unexpected && !$0.usesTLS }) { return true }
        let secure = views.filter(\.usesTLS)
        return secure.count > 1 && secure.allSatisfy { $0.failure == .tls }
    }

    private static func ofDegraded(_ views: [NetworkView]) -> NetworkCause? {
        let degraded = views.filter(\.isDegraded)
        guard !degraded.isEmpty else { return nil }
        if degraded.allSatisfy(\.isNameService) { return .dns }
        return views.contains { !$0.isDegraded && !$0.isNameService } ? .provider : .path
    }
}
