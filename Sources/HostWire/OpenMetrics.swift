// SPDX-License-Identifier: Apache-2.0

/// Numbers for a monitoring system, as text in the OpenMetrics format 1.0.
public struct OpenMetrics: Sendable {
    /// What the text is sent as.
    public static let contentType = "application/openmetrics-text; version=1.0.0; charset=utf-8"

    /// The types of families that are used here.
    public enum Kind: String, Sendable {
        case gauge, counter, histogram, info
    }

    private var bytes: [UInt8] = []
    private var family = ""

    /// Nothing yet.
    public init() {}

    /// Begins a family. A name that ends in a unit (`_seconds`, `_bytes`) says so.
    public mutating func begin(_ name: String, _ kind: Kind, _ help: String) {
        family = name
        bytes += "# TYPE \(name) \(kind.rawValue)\n".utf8
        for unit in ["seconds", "bytes"] where name.hasSuffix("_\(unit)") { bytes += "# UNIT \(name) \(unit)\n".utf8 }
        bytes += "# HELP \(name) \(help)\n".utf8
    }

    /// A sample of the family that was begun, with what its kind appends to the name (`_total`, `_bucket`).
    public mutating func add(_ value: Double, _ labels: [(name: String, value: String)] = [], suffix: String = "") {
        bytes += family.utf8
        bytes += suffix.utf8
        if !labels.isEmpty {
            var mark = UInt8(ascii: "{")
            for label in labels {
                bytes.append(mark)
                mark = UInt8(ascii: ",")
                bytes += label.name.utf8
                bytes += "=\"".utf8
                for byte in label.value.utf8 { escape(byte) }
                bytes.append(UInt8(ascii: "\""))
            }
            bytes.append(UInt8(ascii: "}"))
        }
        bytes.append(UInt8(ascii: " "))
        bytes += Self.text(value).utf8
        bytes.append(UInt8(ascii: "\n"))
    }

    /// The whole text.
    public consuming func finish() -> [UInt8] {
        bytes += "# EOF\n".utf8
        return bytes
    }

    private mutating func escape(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes += [UInt8(ascii: "\\"), byte]
        case UInt8(ascii: "\n"): bytes += "\\n".utf8
        default: bytes.append(byte)
        }
    }

    private static func text(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "+Inf" : "-Inf" }
        return Int64(exactly: value).map { "\($0)" } ?? "\(value)"
    }
}
