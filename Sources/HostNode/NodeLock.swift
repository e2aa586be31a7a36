// SPDX-License-Identifier: Apache-2.0

public import HostCore
public import HostLinux
public import HostWire

/// One pin: which binary a specification was resolved to.
public struct NodePin: Hashable, Sendable {
    /// As it was written: "22", "lts", "/srv/agent/.nvmrc".
    public var specification: String
    /// The binary.
    public var facts: NodeFacts
    /// How its file looked when it was hashed.
    public var mark: FileMark
    /// When it was pinned.
    public var pinnedAt: WallTime

    /// A pin of `facts` for `specification`.
    public init(specification: String, facts: NodeFacts, mark: FileMark, pinnedAt: WallTime) {
        self.specification = specification
        self.facts = facts
        self.mark = mark
        self.pinnedAt = pinnedAt
    }
}

/// `node.lock`, beside hostd.toml: what the configuration's wishes resolved to. JSON, for people and git to read.
public struct NodeLock: Hashable, Sendable {
    /// The pin of `node.version`; nil when there is none.
    public var standard: NodePin?
    /// The pins of further specifications, sorted by them.
    public var others: [NodePin]

    /// A lock of these pins.
    public init(standard: NodePin? = nil, others: [NodePin] = []) {
        self.standard = standard
        self.others = others.sorted { $0.specification < $1.specification }
    }

    /// All pins.
    public var pins: [NodePin] { (standard.map { [$0] } ?? []) + others }

    /// The pin of a specification as it is written.
    public func pin(of specification: String) -> NodePin? {
        others.first { $0.specification == specification }
            ?? standard.flatMap { $0.specification == specification ? $0 : nil }
    }

    /// The lock that belongs to a configuration file: `node.lock` in the same folder.
    public static func path(beside configuration: String) -> String {
        (configuration.lastIndex(of: "/").map { String(configuration[...$0]) } ?? "") + "node.lock"
    }
}
