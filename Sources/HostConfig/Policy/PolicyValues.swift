// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<String> {
    /// The ID of a model, as a provider or a gateway knows it.
    static let model = ValueType(
        "model", hint: ModelName.hint,
        read: { node, checking in
            guard let text = node.string(hint: ModelName.hint, &checking) else { return nil }
            return ModelName.checked(text, at: node.place, &checking)
        }, show: quoted)

    /// What stands before IDs.
    static let modelPrefix = ValueType(
        "string", hint: ModelName.prefixHint,
        read: { node, checking in
            guard let text = node.string(hint: ModelName.prefixHint, &checking) else { return nil }
            // What makes a right ID of "x" makes one of every other.
            return ModelName.checked(text + "x", at: node.place, &checking).map { _ in text }
        }, show: quoted)
}

/// IDs of models.
public enum ModelName {
    static let prefixHint = "the beginning of an ID, like \"openrouter/\""
    static let hint = "the ID of a model, like \"deepseek/deepseek-v4-flash\""
    /// A longer one is no ID.
    private static let limitBytes = 128
    private static let marks = Array("/-_.:@+".utf8)

    /// The ID that `text` is, or nil after reporting that it is none.
    static func checked(_ text: String, at place: Place, _ checking: inout Checking) -> String? {
        guard let complaint = complaint(text) else { return text }
        checking.report("\(quoted(text)) is no ID of a model (\(complaint))", at: place)
        return nil
    }

    /// Why `text` can be no ID of a model; nil where it can.
    public static func complaint(_ text: String) -> String? {
        let bytes = Array(text.utf8)
        guard (1...limitBytes).contains(bytes.count) else { return "1 to \(limitBytes) bytes" }
        guard bytes.allSatisfy({ isPlain($0) || marks.contains($0) }) else {
            return "a-z, A-Z, 0-9 and / - _ . : @ + stand in one"
        }
        guard let first = bytes.first, let last = bytes.last, isPlain(first), isPlain(last) else {
            return "it begins and ends with a letter or a digit"
        }
        let isBroken = zip(bytes, bytes.dropFirst()).contains { $0 == $1 && $0 == UInt8(ascii: "/") }
        return isBroken ? "a part of it is empty: write one \"/\"" : nil
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

extension ValueType<Int> {
    /// The share of jobs that try a candidate, in ten-thousandths.
    static let grayShare = ValueType(
        "share", range: "0% to 50%", hint: ValueType<Double>.share.hint,
        read: { node, checking in
            guard let share = ValueType<Double>.share.read(node, &checking) else { return nil }
            guard share <= 0.5 else {
                checking.report("\(node.written ?? "this") is out of range (0% to 50%)", at: node.place)
                return nil
            }
            let scaled = share * 10_000
            guard (scaled - scaled.rounded()).magnitude < 1e-6 else {
                checking.report("\(node.written ?? "this") is too fine (write steps of 0.01%)", at: node.place)
                return nil
            }
            return Int(scaled.rounded())
        }, show: { quoted(ShareText.text(Double($0) / 10_000)) })
}

extension ValueType<Double> {
    /// Dollars per million tokens.
    static let dollars = ValueType(
        "number", range: "0 to 100000", hint: "dollars per million tokens, like 0.14",
        read: { node, checking in
            let number: Double
            switch node.value {
            case .integer(let integer): number = Double(integer)
            case .decimal(let decimal): number = decimal
            default:
                node.reportWrongType("dollars per million tokens, like 0.14", &checking)
                return nil
            }
            guard (0...100_000).contains(number) else {
                checking.report("\(node.written ?? "this") is out of range (0 to 100000)", at: node.place)
                return nil
            }
            return number
        }, show: { "\($0)" })
}
