// SPDX-License-Identifier: Apache-2.0

/// The number of a job, from 1. Numbers rise for ever and are never given twice.
public struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number.
    public let number: Int64

    /// Job `number`; nil for a number that no job can have.
    public init?(_ number: Int64) {
        guard number > 0, number <= Self.limit else { return nil }
        self.number = number
    }

    /// Reads `42` or `job-42`; nil for anything else.
    public init?(text: String) {
        let digits = text.hasPrefix(Self.prefix) ? text.dropFirst(Self.prefix.count) : text[...]
        guard let first = digits.utf8.first, first != UInt8(ascii: "0"), first != UInt8(ascii: "+"),
            let number = Int64(digits)
        else { return nil }
        self.init(number)
    }

    /// The job that a name stands for: 42 for `job-42`; nil for the name of a service.
    public init?(name: ServiceName) {
        guard name.text.hasPrefix(Self.prefix) else { return nil }
        self.init(text: name.text)
    }

    /// Whether no service may have this name, because it looks like that of a job: `job-42`.
    public static func reserves(_ name: ServiceName) -> Bool {
        guard name.text.hasPrefix(prefix) else { return false }
        let rest = name.family.text.utf8.dropFirst(prefix.utf8.count)
        return !rest.isEmpty && rest.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Numbers have at most 15 digits: they are whole in every JSON reader.
    public static let limit: Int64 = 999_999_999_999_999
    private static let prefix = "job-"

    /// `job-42`: how its log, its instances and its entries of history are called. No service may be called so.
    public var name: ServiceName {
        guard let name = ServiceName(Self.prefix + "\(number)") else { preconditionFailure("a job's name is a name") }
        return name
    }

    /// Attempt number `attempt`: `job-42.3`.
    public func instance(_ attempt: UInt64) -> InstanceID { InstanceID(service: name, launch: attempt) }

    /// `42`
    public var description: String { "\(number)" }

    /// By number.
    public static func < (left: JobID, right: JobID) -> Bool { left.number < right.number }
}
