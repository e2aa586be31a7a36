// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
internal import HostLinux

/// What has to be looked up before a launch: names of users and groups, the environment file. May block: on a Worker,
/// unless `isQuick` says that nothing has to be looked up.
public nonisolated struct PreparedLaunch: Hashable, Sendable {
    /// Who the child runs as.
    public let identity: ChildIdentity
    /// 128 random bits in hex that every process of the instance carries as HOSTD_INSTANCE.
    public let token: String
    /// The whole environment of the child as `NAME=value`.
    public let environment: [String]
    /// The Node that it runs on; nil where it wants none in particular.
    public let node: NodePinned?

    /// Whether a launch of `specification` needs no file and, once `identity` is known, no name.
    public static func isQuick(_ specification: LaunchSpecification) -> Bool {
        specification.environmentFile == nil
    }

    /// Prepares a launch; `known` is the identity as an earlier launch of the same specification found it, `node` the
    /// Node that it runs on.
    public init(
        _ instance: InstanceID, _ specification: LaunchSpecification, known: ChildIdentity? = nil,
        node: NodePinned? = nil
    ) throws(LaunchError) {
        self.node = node
        identity = if let known { known } else { try ChildIdentity.resolve(specification) }
        token = Self.randomToken()
        environment = try ChildEnvironment.entries(
            for: instance, token: token, specification, identity, node: node?.path)
    }

    private static func randomToken() -> String {
        var generator = SystemRandomNumberGenerator()
        let text = [generator.next(), generator.next()].map { String($0, radix: 16) }
        return text.map { String(repeating: "0", count: 16 - $0.count) + $0 }.joined()
    }
}
