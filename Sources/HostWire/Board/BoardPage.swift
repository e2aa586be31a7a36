// SPDX-License-Identifier: Apache-2.0

/// A saved page: the JSON that its scripts hold.
enum BoardPage {
    /// So many pieces of a page are looked at.
    private static let pieceLimit = 4096
    private static let workLimitBytes = 64 << 20
    private static let limits = JSONLimits(bytes: BoardReader.limitBytes, depth: 64)

    /// Every JSON value that may be a ranking: whole scripts of JSON, and arrays of objects in any other.
    static func parts(of bytes: [UInt8]) -> [JSON] {
        var parts: [JSON] = []
        var flight: [UInt8] = []
        for script in scripts(in: bytes).prefix(pieceLimit) {
            if let json = try? JSON(parsing: Array(script), limits: limits) {
                parts.append(json)
            } else if let piece = pushed(script) {
                // Frameworks send their data in pieces, which are cut anywhere.
                flight += piece.utf8
            } else {
                parts += arrays(in: script)
            }
        }
        return parts + arrays(in: flight[...])
    }

    /// What stands between each `<script …>` and its end.
    private static func scripts(in bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var found: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while let start = place(of: "<script", in: rest), let open = rest[start...].firstIndex(of: UInt8(ascii: ">")) {
            let body = rest[(open + 1)...]
            guard let end = place(of: "</script", in: body) else { break }
            found.append(body[..<end])
            rest = body[end...]
        }
        return found
    }

    /// The text in `self.__next_f.push([1,"…"])`; nil for another script.
    private static func pushed(_ script: ArraySlice<UInt8>) -> String? {
        guard let start = place(of: "__next_f.push(", in: script), let open = script[start...].firstIndex(of: 0x5B),
            let end = end(ofArrayAt: open, in: script),
            let json = try? JSON(parsing: Array(script[open..<end]), limits: limits), let elements = json.elements
        else { return nil }
        return elements.last?.text ?? ""
    }

    /// The arrays of objects in a text, outermost first; what stands in one is not looked at again.
    private static func arrays(in text: ArraySlice<UInt8>) -> [JSON] {
        var found: [JSON] = []
        var at = text.startIndex
        // Arrays within arrays that are no JSON would be looked at again and again.
        var budget = workLimitBytes
        while found.count < pieceLimit, budget > 0, let start = place(of: "[{", in: text[at...]) {
            let end = end(ofArrayAt: start, in: text)
            budget -= (end ?? text.endIndex) - start
            if let end, let json = try? JSON(parsing: Array(text[start..<end]), limits: limits) {
                found.append(json)
                at = end
            } else {
                at = start + 1
            }
        }
        return found
    }

    /// Behind the bracket that closes the one at `start`, strings left out; nil when none does.
    private static func end(ofArrayAt start: Int, in text: ArraySlice<UInt8>) -> Int? {
        var depth = 0
        var isString = false
        var isEscaped = false
        for index in start..<text.endIndex {
            let byte = text[index]
            if isString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"):
                depth -= 1
                if depth == 0 { return index + 1 }
            default: break
            }
        }
        return nil
    }

    private static func place(of word: String, in text: ArraySlice<UInt8>) -> Int? {
        let word = Array(word.utf8)
        guard text.count >= word.count, let first = word.first else { return nil }
        let last = text.endIndex - word.count
        var at = text.startIndex
        while at <= last {
            guard let next = text[at...last].firstIndex(of: first) else { return nil }
            if text[next..<(next + word.count)].elementsEqual(word) { return next }
            at = next + 1
        }
        return nil
    }
}
