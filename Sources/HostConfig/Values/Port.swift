// SPDX-License-Identifier: Apache-2.0

extension ValueType<UInt16> {
    /// A TCP port: a number, or with variables a string that makes one, like "1878${instance}" or "18780+${instance}".
    static let port = ValueType(
        "port", range: "1 to 65535", hint: number.hint,
        read: { node, checking in
            guard case .text(let text) = node.value, text.utf8.contains(UInt8(ascii: "$")) else {
                return number.read(node, &checking)
            }
            guard let filled = Interpolation.text(node, hint: number.hint, &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in try PortText.sum(filled, writtenAs: text) }
        }, show: { "\($0)" })

    private static let number = ValueType.integer(1...65535)
}

/// Ports as they are written where they count up.
enum PortText {
    /// The port that "18780" or "18780+2" makes; `written` is how it stands in the file.
    static func sum(_ text: String, writtenAs written: String) throws(ValueError) -> UInt16 {
        let parts = text.split(separator: "+", omittingEmptySubsequences: false).map {
            Digits.number($0, as: UInt32.self).map(Int.init)
        }
        let shown = "\(quoted(written)), here \(quoted(text)),"
        guard parts.count <= 2, !parts.contains(nil) else {
            throw ValueError(message: "\(shown) is no port (write one like \"18780+${instance}\")")
        }
        let sum = parts.reduce(0) { $0 + ($1 ?? 0) }
        guard let port = UInt16(exactly: sum), port > 0 else {
            throw ValueError(message: "\(shown) is out of range (1 to 65535)")
        }
        return port
    }
}
