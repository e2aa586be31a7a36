// SPDX-License-Identifier: Apache-2.0

/// What must hold of a file's bytes before the parser may see them.
enum TextCheck {
    /// Throws for the first byte that cannot stand in a configuration file. A BOM at the start and CRLF are fine.
    static func check(_ bytes: [UInt8], file: Int) throws(TomlDocument.Failure) {
        guard bytes.count <= ConfigurationFile.sizeLimit else {
            throw TomlDocument.Failure(
                place: Place(file: file, line: 1, column: 1),
                message: "the file has more than \(ConfigurationFile.sizeLimit) bytes (at most 1MiB)")
        }
        if let offset = bytes.firstIndex(of: 0) {
            throw TomlDocument.Failure(
                place: place(of: offset, in: bytes, file: file),
                message: "a NUL byte stands here (a text file has none)")
        }
        if let offset = invalidUTF8(in: bytes) {
            throw TomlDocument.Failure(
                place: place(of: offset, in: bytes, file: file),
                message: "byte 0x\(hex(bytes[offset])) is not UTF-8 (save the file as UTF-8)")
        }
        if let offset = KeyDepth.firstTooDeep(in: bytes, limit: TomlDocument.depthLimit) {
            throw TomlDocument.Failure(
                place: place(of: offset, in: bytes, file: file),
                message: "nested too deeply (at most \(TomlDocument.depthLimit) levels)")
        }
    }

    /// Line and column of the scalar at `offset`.
    private static func place(of offset: Int, in bytes: [UInt8], file: Int) -> Place {
        let before = bytes[..<offset]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        let column = bytes[lineStart..<offset].count { $0 & 0xC0 != 0x80 }
        return Place(file: file, line: before.count { $0 == UInt8(ascii: "\n") } + 1, column: column + 1)
    }

    private static func invalidUTF8(in bytes: [UInt8]) -> Int? {
        var decoder = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch decoder.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0" + digits : digits
    }
}
