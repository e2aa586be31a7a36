// SPDX-License-Identifier: Apache-2.0

/// `${net.rtt_p99_ms}` and `${net.NAME.rtt_p99_ms}` in a command or an environment: a figure of the network that each
/// launch gets anew. Between reading and launch a mark stands for it, of characters for private use (U+10FFFC and
/// U+10FFFD), so that `$$` and other braces are left alone.
public enum LaunchFigure {
    private static let opening: Unicode.Scalar = "\u{10FFFC}"
    private static let closing: Unicode.Scalar = "\u{10FFFD}"
    private static let figure = "rtt_p99_ms"

    /// The mark for the variable of this name, without its braces; nil when it is none of these.
    public static func mark(_ name: String) -> String? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.first == "net", parts.last == figure[...], parts.count == 2 || parts.count == 3 else { return nil }
        guard parts.count == 3 else { return "\(opening)\(closing)" }
        return parts[1].isEmpty ? nil : "\(opening)\(parts[1])\(closing)"
    }

    /// `text` with what `value` says for each mark: of the target of that name, or of all with nil.
    public static func filled(_ text: String, value: (_ target: String?) -> String) -> String {
        guard text.unicodeScalars.contains(opening) else { return text }
        var result = ""
        var rest = text.unicodeScalars[...]
        while let start = rest.firstIndex(of: opening), let end = rest[start...].firstIndex(of: closing) {
            result += String(rest[..<start])
            let name = String(rest[rest.index(after: start)..<end])
            result += value(name.isEmpty ? nil : name)
            rest = rest[rest.index(after: end)...]
        }
        return result + String(rest)
    }

    /// `text` as it stood in the file.
    public static func shown(_ text: String) -> String {
        filled(text) { "${net.\($0.map { "\($0)." } ?? "")\(figure)}" }
    }

    /// The targets that `text` names.
    public static func targets(in text: String) -> [String] {
        var names: [String] = []
        _ = filled(text) { target in
            if let target { names.append(target) }
            return ""
        }
        return names
    }
}

extension LaunchSpecification {
    /// The launch with its figures filled in.
    public func filled(_ value: (_ target: String?) -> String) -> LaunchSpecification {
        var result = self
        result.command = command.map { LaunchFigure.filled($0, value: value) }
        result.environment = environment.mapValues { LaunchFigure.filled($0, value: value) }
        return result
    }
}
