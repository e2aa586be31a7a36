// SPDX-License-Identifier: Apache-2.0

/// `${…}` and `$$` in commands and environments.
enum Interpolation {
    /// What the contract names; anything else in braces may be part of a secret and stays out of messages.
    private static let known = ["model.", "env.", "service", "instance", "job", "attempt"]

    /// `text` with `$$` made `$`; nil after reporting a `${…}`, which this version cannot fill in.
    static func expand(_ text: String, at place: Place, _ checking: inout Checking) -> String? {
        guard text.utf8.contains(UInt8(ascii: "$")) else { return text }
        var result = String.UnicodeScalarView()
        var rest = text.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            result.append(scalar)
            guard scalar == "$" else { continue }
            if rest.first == "$" {
                rest.removeFirst()
            } else if rest.first == "{" {
                report(rest.dropFirst(), at: place, &checking)
                return nil
            }
        }
        return String(result)
    }

    /// What `expand` makes `text` of.
    static func escape(_ text: String) -> String {
        text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
    }

    private static func report(
        _ inside: String.UnicodeScalarView.SubSequence, at place: Place, _ checking: inout Checking
    ) {
        guard let end = inside.firstIndex(of: "}") else {
            return checking.report("\"${\" has no \"}\" (write \"$${\" for a literal \"${\")", at: place)
        }
        let name = String(inside[..<end])
        let shown = known.contains { name.hasPrefix($0) } ? quoted("${" + name + "}") : "\"${…}\""
        checking.report("\(shown) is not available in this version (write \"$${\" for a literal \"${\")", at: place)
    }
}
