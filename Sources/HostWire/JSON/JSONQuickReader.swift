// SPDX-License-Identifier: Apache-2.0

/// Reads plain JSON straight into our values: a tree of jansson's in between is more than half the cost of a status of
/// many services. Whatever is not plain it leaves to jansson, which also says what is wrong: it never accepts what
/// jansson refuses. (`nil` is a JSON literal, too, so "nothing" is `.none` wherever the type could be either.)
struct JSONQuickReader {
    /// Objects with more members look for one that stands twice in a set.
    private static let fewMembers = 32

    private let bytes: UnsafeBufferPointer<UInt8>
    private var at = 0
    private var depthLeft: Int
    /// Members of the last object: the next one of a list is like it.
    private var expectedMembers = 0

    /// The value of a whole text; nil when jansson is to look at it.
    static func value(of bytes: [UInt8], depth: Int) -> JSON? {
        bytes.withUnsafeBufferPointer { buffer in
            var reader = JSONQuickReader(bytes: buffer, depthLeft: depth)
            let value = reader.value()
            reader.skipSpaces()
            return reader.at == buffer.count ? value : .none
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>, depthLeft: Int) {
        self.bytes = bytes
        self.depthLeft = depthLeft
    }

    /// The byte to be read; 0 at the end, which stands nowhere in plain JSON.
    private var next: UInt8 { at < bytes.count ? bytes[at] : 0 }

    private mutating func skipSpaces() {
        while next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { at += 1 }
    }

    private mutating func skip(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        at += 1
        return true
    }

    private mutating func value() -> JSON? {
        skipSpaces()
        switch next {
        case UInt8(ascii: "\""): return text().map { .string($0) }
        case UInt8(ascii: "{"): return nested { $0.object() }
        case UInt8(ascii: "["): return nested { $0.array() }
        case UInt8(ascii: "t"): return word("true", .bool(true))
        case UInt8(ascii: "f"): return word("false", .bool(false))
        case UInt8(ascii: "n"): return word("null", .null)
        default: return number()
        }
    }

    private mutating func nested(_ body: (inout JSONQuickReader) -> JSON?) -> JSON? {
        guard depthLeft > 0 else { return .none }
        depthLeft -= 1
        at += 1
        defer { depthLeft += 1 }
        return body(&self)
    }

    private mutating func word(_ word: StaticString, _ value: JSON) -> JSON? {
        guard self.word(word) else { return .none }
        return value
    }

    private mutating func word(_ word: StaticString) -> Bool {
        let count = word.utf8CodeUnitCount
        guard bytes.count - at >= count else { return false }
        for index in 0..<count where bytes[at + index] != word.utf8Start[index] { return false }
        at += count
        return true
    }

    private mutating func array() -> JSON? {
        var elements: [JSON] = []
        skipSpaces()
        if skip(UInt8(ascii: "]")) { return .array(elements) }
        while let element = value() {
            elements.append(element)
            skipSpaces()
            if skip(UInt8(ascii: "]")) { return .array(elements) }
            guard skip(UInt8(ascii: ",")) else { return .none }
        }
        return .none
    }

    private mutating func object() -> JSON? {
        var members: [JSON.Member] = []
        members.reserveCapacity(expectedMembers)
        defer { expectedMembers = members.count }
        skipSpaces()
        if skip(UInt8(ascii: "}")) { return .object(members) }
        while true {
            skipSpaces()
            guard let key = key() else { return .none }
            skipSpaces()
            guard skip(UInt8(ascii: ":")), let value = value() else { return .none }
            members.append(JSON.Member(key: key, value: value))
            skipSpaces()
            if skip(UInt8(ascii: "}")) { return Self.haveTwice(members) ? .none : .some(.object(members)) }
            guard skip(UInt8(ascii: ",")) else { return .none }
        }
    }

    private static func haveTwice(_ members: [JSON.Member]) -> Bool {
        guard members.count <= fewMembers else { return Set(members.lazy.map(\.key)).count < members.count }
        for index in members.indices.dropFirst() {
            let key = members[index].key
            for earlier in 0..<index where members[earlier].key == key { return true }
        }
        return false
    }

    /// A key has no escapes: what they could hide is jansson's to judge.
    private mutating func key() -> String? {
        let start = at + 1
        guard let text = text(), at - start - 1 == text.utf8.count else { return nil }
        return text
    }

    private mutating func text() -> String? {
        guard skip(UInt8(ascii: "\"")) else { return nil }
        let start = at
        var isASCII = true
        while at < bytes.count {
            let byte = bytes[at]
            if byte == UInt8(ascii: "\"") { break }
            if byte == UInt8(ascii: "\\") { return escapedText(from: start) }
            guard byte >= 0x20 else { return nil }
            if byte >= 0x80 { isASCII = false }
            at += 1
        }
        guard at < bytes.count else { return nil }
        let part = UnsafeBufferPointer(rebasing: bytes[start..<at])
        at += 1
        return isASCII ? String(decoding: part, as: UTF8.self) : String(validating: part, as: UTF8.self)
    }

    /// Goes on at the first escape.
    private mutating func escapedText(from start: Int) -> String? {
        var result = Array(bytes[start..<at])
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            switch byte {
            case UInt8(ascii: "\""): return String(validating: result, as: UTF8.self)
            case UInt8(ascii: "\\"): guard escape(&result) else { return nil }
            case 0x20...: result.append(byte)
            default: return nil
            }
        }
        return nil
    }

    private mutating func escape(_ result: inout [UInt8]) -> Bool {
        let letter = next
        at += 1
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): result.append(letter)
        case UInt8(ascii: "b"): result.append(0x08)
        case UInt8(ascii: "f"): result.append(0x0C)
        case UInt8(ascii: "n"): result.append(0x0A)
        case UInt8(ascii: "r"): result.append(0x0D)
        case UInt8(ascii: "t"): result.append(0x09)
        case UInt8(ascii: "u"):
            guard let unit = hexUnit(), let scalar = scalar(from: unit) else { return false }
            result += String(Character(scalar)).utf8
        default: return false
        }
        return true
    }

    /// A character by one unit of UTF-16, or by two of them.
    private mutating func scalar(from unit: UInt32) -> Unicode.Scalar? {
        guard (0xD800...0xDFFF).contains(unit) else { return Unicode.Scalar(unit) }
        guard unit < 0xDC00, word("\\u"), let low = hexUnit(), (0xDC00...0xDFFF).contains(low) else { return nil }
        return Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
    }

    private mutating func hexUnit() -> UInt32? {
        guard bytes.count - at >= 4 else { return nil }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let digit = Character(Unicode.Scalar(bytes[at])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt32(digit)
            at += 1
        }
        return unit
    }

    private mutating func number() -> JSON? {
        let start = at
        let isNegative = skip(UInt8(ascii: "-"))
        var magnitude: UInt64 = 0
        let digits = at
        while (0x30...0x39).contains(next) {
            let (product, isTooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, isTooMuch) = product.addingReportingOverflow(UInt64(next - 0x30))
            if isTooLarge || isTooMuch { return .none }
            magnitude = sum
            at += 1
        }
        guard at > digits, bytes[digits] != 0x30 || at == digits + 1 else { return .none }
        if next == UInt8(ascii: ".") || next | 0x20 == UInt8(ascii: "e") { return real(from: start) }
        guard magnitude <= (isNegative ? 1 << 63 : UInt64(Int64.max)) else { return .none }
        return .integer(Int64(truncatingIfNeeded: isNegative ? 0 &- magnitude : magnitude))
    }

    /// Goes on behind the digits before the point.
    private mutating func real(from start: Int) -> JSON? {
        if skip(UInt8(ascii: ".")) { guard skipDigits() else { return .none } }
        if next | 0x20 == UInt8(ascii: "e") {
            at += 1
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            guard skipDigits() else { return .none }
        }
        let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self)
        guard let number = Double(text), number.isFinite else { return .none }
        return .number(number)
    }

    private mutating func skipDigits() -> Bool {
        let start = at
        while (0x30...0x39).contains(next) { at += 1 }
        return at > start
    }
}
