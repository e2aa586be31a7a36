// SPDX-License-Identifier: Apache-2.0

/// The name of a service: `[a-z][a-z0-9_-]{0,47}`, or of one of its instances: that name with `@` and a number, as in
/// `gateway@2`, 48 bytes long in all.
public struct ServiceName: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The checked text.
    public let text: String

    /// A service may have so many instances.
    public static let instanceLimit = 1000
    /// No name has more bytes.
    public static let sizeLimit = 48

    /// The name, or nil when `text` does not match the rule.
    public init?(_ text: String) {
        guard text.utf8.count <= Self.sizeLimit else { return nil }
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), maxSplits: 1, omittingEmptySubsequences: false)
        guard let family = parts.first, let first = family.first, Self.isLetter(first),
            family.allSatisfy(Self.isAllowed)
        else { return nil }
        if parts.count > 1, Self.number(parts[1]) == nil { return nil }
        self.text = text
    }

    /// The name of the service: `gateway`, also for `gateway@2`.
    public var family: ServiceName {
        guard let mark = text.utf8.lastIndex(of: UInt8(ascii: "@")) else { return self }
        return ServiceName(checked: String(text[..<mark]))
    }

    /// Which instance it is, from 1: 2 for `gateway@2`, nil for `gateway`.
    public var instanceNumber: Int? {
        text.utf8.lastIndex(of: UInt8(ascii: "@")).flatMap { Self.number(text.utf8[$0...].dropFirst()) }
    }

    /// The name of instance `number` of this service; nil when that is no name, or would be longer than one may be.
    public func instance(_ number: Int) -> ServiceName? { ServiceName("\(text)@\(number)") }

    /// The text.
    public var description: String { text }

    /// By bytes; instances of one service by their number.
    public static func < (left: ServiceName, right: ServiceName) -> Bool {
        guard let leftNumber = left.instanceNumber, let rightNumber = right.instanceNumber,
            left.family == right.family
        else { return left.text < right.text }
        return leftNumber < rightNumber
    }

    private init(checked text: String) {
        self.text = text
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int? {
        guard (1...4).contains(digits.count), digits.first != UInt8(ascii: "0") else { return nil }
        var number = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            number = number * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return number <= instanceLimit ? number : nil
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"): true
        default: isLetter(byte)
        }
    }
}

/// One launch of a service. Written `gateway.17` or `gateway@2.17`; it names the instance's folder under the
/// runtime folder.
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
