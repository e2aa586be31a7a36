// SPDX-License-Identifier: Apache-2.0

/// A unit file with its drop-ins behind it, as `systemctl cat` prints them: systemd.syntax(7).
struct UnitFile {
    struct Setting: Equatable {
        let section: String
        let key: String
        let value: String
    }

    /// Every setting, in the order of the files.
    private(set) var settings: [Setting] = []
    /// The files, as `systemctl cat` names them.
    private(set) var paths: [String] = []

    init(_ text: String) {
        var section = ""
        var open = ""
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let line = Self.trimmed(line)
            let isRemark = line.hasPrefix("#") || line.hasPrefix(";")
            if isRemark {
                if open.isEmpty, line.hasPrefix("# /") { paths.append(String(line.dropFirst(2))) }
                continue
            }
            if line.hasSuffix("\\") {
                open += line.dropLast() + " "
                continue
            }
            let whole = open + line
            open = ""
            if whole.hasPrefix("["), whole.hasSuffix("]") {
                section = String(whole.dropFirst().dropLast())
            } else if let sign = whole.firstIndex(of: "=") {
                settings.append(
                    Setting(
                        section: section, key: Self.trimmed(whole[..<sign]),
                        value: Self.trimmed(whole[whole.index(after: sign)...])))
            }
        }
    }

    /// What a key that adds up says: an empty value takes back what was said before.
    func all(_ section: String, _ key: String) -> [String] {
        let values = settings.filter { $0.section == section && $0.key == key }.map(\.value)
        return Array(values.suffix(from: values.lastIndex(of: "").map { $0 + 1 } ?? 0))
    }

    /// What a key with one value says; nil when it is not given, or taken back.
    func last(_ section: String, _ key: String) -> String? {
        settings.last { $0.section == section && $0.key == key }.flatMap { $0.value.isEmpty ? nil : $0.value }
    }

    private static func trimmed(_ text: some StringProtocol) -> String {
        let isSpace = { (scalar: Unicode.Scalar) in scalar == " " || scalar == "\t" || scalar == "\r" }
        let scalars = text.unicodeScalars.drop(while: isSpace)
        let end = scalars.lastIndex { !isSpace($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
        return String(String.UnicodeScalarView(scalars[..<end]))
    }
}
