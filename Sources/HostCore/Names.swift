// SPDX-License-Identifier: Apache-2.0

/// The name of a service: `[a-z][a-z0-9_-]{0,47}`.
public struct ServiceName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The checked text.
    public let text: String

    /// The name, or nil when `text` does not match the rule.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, bytes.count <= 48, (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(first) else {
            return nil
        }
        guard bytes.allSatisfy(Self.isAllowed) else { return nil }
        self.text = text
    }

    /// The text.
    public var description: String { text }

    /// By bytes.
    public static func < (left: ServiceName, right: ServiceName) -> Bool { left.text < right.text }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }
}

/// One launch of a service. Written `gateway.17`; it names the instance's folder under the runtime folder.
public struct InstanceID: Hashable, Sendable, CustomStringConvertible {
    /// The service that was launched.
    public let service: ServiceName
    /// Counts the launches of that service, from 1.
    public let launch: UInt64

    /// Names launch number `launch` of `service`.
    public init(service: ServiceName, launch: UInt64) {
        self.service = service
        self.launch = launch
    }

    /// Reads `gateway.17`; nil for anything else.
    public init?(_ text: String) {
        guard let dot = text.lastIndex(of: "."), let service = ServiceName(String(text[..<dot])),
            let launch = UInt64(text[text.index(after: dot)...]), launch > 0
        else { return nil }
        self.init(service: service, launch: launch)
    }

    /// `gateway.17`
    public var description: String { "\(service).\(launch)" }
}

/// What makes a process this process and no other: a pid alone is reused, a pid with its start time is not.
public struct ProcessIdentity: Hashable, Sendable {
    /// The process id in hostd's pid namespace.
    public let pid: Int32
    /// Field 22 of /proc/PID/stat, in clock ticks since boot.
    public let startTicks: UInt64

    /// The process `pid` that started at `startTicks`.
    public init(pid: Int32, startTicks: UInt64) {
        self.pid = pid
        self.startTicks = startTicks
    }
}
