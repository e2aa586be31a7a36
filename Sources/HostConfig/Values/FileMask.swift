// SPDX-License-Identifier: Apache-2.0

extension ValueType<UInt32> {
    /// A file mode creation mask in octal digits, as "022".
    static let fileMask = ValueType(
        "octal string", range: "\"000\" to \"777\"", hint: "octal digits in quotes, like \"022\"",
        read: { node, checking in
            guard let text = node.string(hint: "octal digits in quotes, like \"022\"", &checking) else { return nil }
            let isPlain = Digits.number(text, as: UInt32.self) != nil
            if isPlain, text.utf8.count <= 4, let mask = UInt32(text, radix: 8), mask <= 0o777 {
                return mask
            }
            checking.report("\(quoted(text)) is no file mask (\"000\" to \"777\", octal)", at: node.place)
            return nil
        },
        show: { mask in
            let digits = String(mask, radix: 8)
            return quoted(String(repeating: "0", count: max(0, 3 - digits.count)) + digits)
        })
}
