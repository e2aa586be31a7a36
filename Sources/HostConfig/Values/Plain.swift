// SPDX-License-Identifier: Apache-2.0

extension ValueType<Bool> {
    /// true or false.
    static let flag = ValueType(
        "boolean", hint: "true or false",
        read: { node, checking in
            if case .flag(let flag) = node.value { return flag }
            node.reportWrongType("true or false", &checking)
            return nil
        }, show: { "\($0)" })
}

extension ValueType where Value: FixedWidthInteger {
    /// An integer within `range`.
    static func integer(_ range: ClosedRange<Value>) -> ValueType {
        let shownRange = "\(range.lowerBound) to \(range.upperBound)"
        let hint = "an integer, \(shownRange)"
        return ValueType(
            "integer", range: shownRange, hint: hint,
            read: { node, checking in
                guard case .integer(let integer) = node.value else {
                    node.reportWrongType(hint, &checking)
                    return nil
                }
                guard let value = Value(exactly: integer), range.contains(value) else {
                    checking.report("\(integer) is out of range (\(shownRange))", at: node.place)
                    return nil
                }
                return value
            }, show: { "\($0)" })
    }
}

extension ValueType
where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    /// One of the words that `Value` knows.
    static func choice() -> ValueType {
        let words = Value.allCases.map { quoted($0.rawValue) }
        let hint = words.dropLast().joined(separator: ", ") + " or " + (words.last ?? "")
        return ValueType(
            "choice", range: hint, hint: hint,
            read: { node, checking in
                guard let text = node.string(hint: hint, &checking) else { return nil }
                if let value = Value(rawValue: text) { return value }
                checking.report("\(quoted(text)) is unknown (write \(hint))", at: node.place)
                return nil
            }, show: { quoted($0.rawValue) })
    }
}
