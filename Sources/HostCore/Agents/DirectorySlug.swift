// SPDX-License-Identifier: Apache-2.0

/// The name of the folder that Claude Code (2.1, measured) keeps the sessions of a working folder in: all but letters
/// and digits of ASCII are `-`; of more than 200 characters the first 200 remain, with a hash of the path behind them.
enum DirectorySlug {
    private static let longest = 200

    /// The name for the folder `path`, which has no links in it.
    static func text(_ path: String) -> String {
        let units = Array(path.utf16)
        let slug = units.map { unit in
            guard let byte = UInt8(exactly: unit), isAlphanumeric(byte) else { return UInt8(ascii: "-") }
            return byte
        }
        guard slug.count > longest else { return String(decoding: slug, as: UTF8.self) }
        return String(decoding: slug.prefix(longest), as: UTF8.self) + "-" + hash(units)
    }

    /// Java's hash of a string, without its sign, to the base of 36.
    private static func hash(_ units: [UInt16]) -> String {
        let hash = units.reduce(into: Int32(0)) { $0 = $0 &* 31 &+ Int32($1) }
        return String(hash.magnitude, radix: 36)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}
