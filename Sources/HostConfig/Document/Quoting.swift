// SPDX-License-Identifier: Apache-2.0

/// So many characters of a value stand in a message.
private let quotedLimit = 80

/// `text` in quotes for a message: control characters escaped, long text cut.
func quoted(_ text: String) -> String {
    "\"" + escaped(text.unicodeScalars.prefix(quotedLimit)) + (text.unicodeScalars.count > quotedLimit ? "…" : "")
        + "\""
}

/// `text` as a TOML string, uncut.
public func tomlString(_ text: String) -> String {
    "\"" + escaped(text.unicodeScalars.prefix(text.unicodeScalars.count)) + "\""
}

/// `key` as it stands in TOML: in quotes where it is no bare key.
public func tomlKey(_ key: String) -> String {
    isBareKey(key) ? key : tomlString(key)
}

/// A key for a path in a message: in quotes unless it is a bare key of normal length.
func shownKey(_ key: String) -> String {
    isBareKey(key) && key.utf8.count <= quotedLimit ? key : quoted(key)
}

private func isBareKey(_ key: String) -> Bool {
    !key.isEmpty
        && key.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
}

private func escaped(_ scalars: String.UnicodeScalarView.SubSequence) -> String {
    var result = ""
    for scalar in scalars {
        switch scalar {
        case "\n": result += "\\n"
        case "\t": result += "\\t"
        case "\r": result += "\\r"
        case "\"": result += "\\\""
        case "\\": result += "\\\\"
        default:
            if scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format {
                let digits = String(scalar.value, radix: 16, uppercase: true)
                result +=
                    scalar.value > 0xFFFF
                    ? "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
                    : "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
    }
    return result
}
