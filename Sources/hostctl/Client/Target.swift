// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// What is asked of hostd: a path and a query, encoded.
struct Target {
    let text: String

    /// The path of `parts` with `query`; a nil value leaves its key out.
    init(_ parts: [String], _ query: [(key: String, value: String?)] = []) {
        let pairs = query.compactMap { pair in
            pair.value.map { Self.encoded(pair.key) + "=" + Self.encoded($0) }
        }
        text =
            "/v1/" + parts.map(Self.encoded).joined(separator: "/")
            + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))
    }

    static let status = Target(["status"])

    static func service(_ name: String) -> Target { Target(["services", name]) }

    static let network = Target(["net"])

    static let services = Target(["services"])

    static let brief = Target(["services"], [("brief", "true")])

    static func action(
        _ action: String, _ name: String, wait: Bool, _ query: [(key: String, value: String?)] = []
    ) -> Target {
        Target(["services", name, action], query + [("wait", wait ? nil : "false")])
    }

    static func jobs(_ query: JobQuery) -> Target { Target(["jobs"], query.pairs) }

    static let submit = Target(["jobs"])

    static let prune = Target(["jobs", "prune"])

    /// One job. With `wait` the answer comes when something of it has changed, or after so many seconds.
    static func job(_ id: JobID, wait seconds: Int64? = nil) -> Target {
        Target(["jobs", "\(id)"], [("wait_s", seconds.map { "\($0)" })])
    }

    static func action(_ action: String, on id: JobID, wait: Bool) -> Target {
        Target(["jobs", "\(id)", action], [("wait", wait ? nil : "false")])
    }

    /// The path of a job's log.
    static func log(of id: JobID) -> [String] { ["jobs", "\(id)", "logs"] }

    /// The path of a service's log.
    static func log(of name: String) -> [String] { ["services", name, "logs"] }

    static func logs(of name: String, _ query: [(key: String, value: String?)]) -> Target {
        Target(log(of: name), query)
    }

    static func events(limit: Int? = nil, of service: String?, since: Int64? = nil) -> Target {
        Target(
            ["events"], [("limit", limit.map { "\($0)" }), ("service", service), ("since", since.map { "\($0)" })])
    }

    static func crashes(of service: String? = nil, limit: Int? = nil) -> Target {
        Target(["crashes"], [("service", service), ("limit", limit.map { "\($0)" })])
    }

    static func disk(hours: Int) -> Target { Target(["disk"], [("hours", "\(hours)")]) }

    static func crash(_ id: String) -> Target { Target(["crashes", id]) }

    /// Everything but letters, digits and `-._~@` as `%XX`.
    private static func encoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "@"):
                bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
