// SPDX-License-Identifier: Apache-2.0

/// `native_units`, which is also read from presets that nobody names.
enum NativeUnitsKey {
    static let name = "native_units"
    static let type = ValueType<[String]>.list(of: .unitPattern, "units", atMost: 32)
}

extension ValueType<String> {
    /// The name of a service unit of systemd; `*` stands for any letters.
    static let unitPattern = ValueType(
        "name of a unit", hint: "the name of a unit, like \"openclaw-gateway*.service\"",
        read: { node, checking in
            guard let text = node.string(hint: "the name of a unit in quotes", &checking) else { return nil }
            let end = ".service"
            let isName = text.utf8.count > end.utf8.count && text.utf8.count < 256 && text.utf8.allSatisfy(isAllowed)
            if isName, text.hasSuffix(end) { return text }
            checking.report(
                "\(quoted(text)) is no service unit (write one like \"openclaw-gateway*.service\")", at: node.place)
            return nil
        }, show: tomlString)

    /// What systemd.unit(5) allows, and `*`.
    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "_"),
            UInt8(ascii: "."), UInt8(ascii: "\\"), UInt8(ascii: "@"), UInt8(ascii: "*"):
            true
        default: false
        }
    }
}
