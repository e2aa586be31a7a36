// SPDX-License-Identifier: Apache-2.0

/// One pin of node.lock, as far as decisions go by it.
public struct NodePinned: Hashable, Sendable {
    /// What it was resolved from.
    public var specification: String
    /// The version that was pinned.
    public var version: NodeVersion
    /// The binary.
    public var path: String
    /// The binary's SHA-256.
    public var sha256: String

    /// A pin.
    public init(specification: String, version: NodeVersion, path: String, sha256: String) {
        self.specification = specification
        self.version = version
        self.path = path
        self.sha256 = sha256
    }

    /// The folder that comes first in PATH.
    public var folder: String { path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "/" }
}

/// What was found when the Node of a service was looked at.
public struct NodeInspection: Hashable, Sendable {
    /// What stands where the pinned binary should.
    public enum Binary: Hashable, Sendable {
        /// The very file.
        case same
        /// Nothing, or nothing that can be read: why.
        case missing(String)
        /// Another one: "24.19.0", or why it is none.
        case other(String)
    }

    /// What the main process of the service runs on now.
    public enum Running: Hashable, Sendable {
        /// There is none, or it is no Node itself.
        case unknown
        /// The pinned file.
        case same
        /// A file that is not at its place any more: it was replaced or removed.
        case replaced
        /// Another one: its path.
        case other(String)
    }

    /// The pin that was looked at.
    public var pinned: NodePinned
    /// What stands at its place.
    public var binary: Binary
    /// The path of another Node that the service's command would start; nil when it would not.
    public var startsOther: String?
    /// What the package.json of the program wants and the pinned version is not; nil where it is, or wants nothing.
    public var engines: String?
    /// What runs.
    public var running: Running

    /// An inspection of `pinned`.
    public init(
        pinned: NodePinned, binary: Binary, startsOther: String? = nil, engines: String? = nil,
        running: Running = .unknown
    ) {
        self.pinned = pinned
        self.binary = binary
        self.startsOther = startsOther
        self.engines = engines
        self.running = running
    }

    /// Why a start is refused, with what was pinned, what was found and what repairs it; nil when it is not.
    public var refusal: String? {
        let wanted = "Node \(pinned.version) at \(pinned.path) is pinned"
        let repair =
            "put it back (hostctl node install \(pinned.version)), or hostctl node pin resolves "
            + "\(pinned.specification) anew"
        switch binary {
        case .missing(let why): return "\(wanted), and it is not there: \(why) (\(repair))"
        case .other(let what): return "\(wanted), and another stands there: \(what) (\(repair))"
        case .same: break
        }
        return startsOther.map {
            "\(wanted), and the command starts \($0) (write node, which is found in PATH, or hostctl node pin)"
        }
    }

    /// What is wrong with what runs, where the next start would be right.
    public var drift: String? {
        switch running {
        case .unknown, .same: nil
        case .replaced:
            "runs on a file that was replaced or removed since; its next start is on Node \(pinned.version) at "
                + "\(pinned.path), as pinned (hostctl restart)"
        case .other(let path):
            "runs on \(path); its next start is on Node \(pinned.version) at \(pinned.path), as pinned "
                + "(hostctl restart)"
        }
    }
}
