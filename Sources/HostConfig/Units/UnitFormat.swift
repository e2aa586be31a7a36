// SPDX-License-Identifier: Apache-2.0

import HostCore

/// How the text of a unit property is read, and what systemd is told then.
struct UnitFormat: Sendable {
    /// What would be right: `a size, like "1G"`.
    let hint: String
    /// Whether several lines may stand in a unit file, one adding to the other.
    let isList: Bool
    /// The properties that a line of the property `name` means; nil for one that is wrong. An error for one that is
    /// well-formed, but would take away what hostd needs.
    let read: @Sendable (_ name: String, _ line: String) throws(ValueError) -> [UnitProperty]?

    init(
        _ hint: String, isList: Bool = false,
        read: @escaping @Sendable (_ name: String, _ line: String) throws(ValueError) -> [UnitProperty]?
    ) {
        self.hint = hint
        self.isList = isList
        self.read = read
    }

    /// A property that has the same name on the bus.
    static func plain(
        _ hint: String, isList: Bool = false, _ parse: @escaping @Sendable (String) -> UnitValue?
    ) -> UnitFormat {
        renamed(hint, isList: isList, { $0 }, parse)
    }

    /// A property that has another name on the bus.
    static func renamed(
        _ hint: String, isList: Bool = false, _ rename: @escaping @Sendable (String) -> String,
        _ parse: @escaping @Sendable (String) -> UnitValue?
    ) -> UnitFormat {
        UnitFormat(hint, isList: isList) { name, line in
            parse(line).map { [UnitProperty(rename(name), $0)] }
        }
    }

    /// Times are called `USec` on the bus and `Sec` in unit files.
    static func asMicroseconds(_ name: String) -> String {
        name.hasSuffix("Sec") ? String(name.dropLast(3)) + "USec" : name
    }
}

extension UnitFormat {
    static let flag = plain("\"yes\" or \"no\"") { UnitText.flag($0).map { .bool($0) } }

    /// One of these words; `flags`: or "yes" or "no".
    static func choice(_ words: [String], flags: Bool = false) -> UnitFormat {
        let all = (flags ? ["yes", "no"] : []) + words
        let hint = all.dropLast().map(quoted).joined(separator: ", ") + " or " + quoted(all.last ?? "")
        return plain(hint) { text in
            if flags, let flag = UnitText.flag(text) { return .string(flag ? "yes" : "no") }
            return words.contains(text) ? .string(text) : nil
        }
    }

    /// One of these words, each of which has a number.
    static func numbered(
        _ words: KeyValuePairs<String, Int32>, or range: ClosedRange<Int32>? = nil
    ) -> UnitFormat {
        let values = Dictionary(words.map { ($0.key, $0.value) }) { first, _ in first }
        let numbers = range.map { ", or a number, \($0.lowerBound) to \($0.upperBound)" } ?? ""
        return plain("one of " + words.map(\.key).joined(separator: ", ") + numbers) { text in
            if let value = values[text] { return .int32(value) }
            guard let range, let number = Digits.number(text, as: Int32.self), range.contains(number) else {
                return nil
            }
            return .int32(number)
        }
    }

    static func integer(_ range: ClosedRange<Int32>) -> UnitFormat {
        plain("a number, \(range.lowerBound) to \(range.upperBound)") { text in
            Int32(text).flatMap { range.contains($0) ? .int32($0) : nil }
        }
    }

    /// A share among units; "idle" only where something else leaves time.
    static func weight(idle: Bool) -> UnitFormat {
        plain("a number, 1 to 10000" + (idle ? ", or \"idle\"" : "")) { text in
            if idle, text == "idle" { return .uint64(0) }
            return Digits.number(text, as: UInt64.self).flatMap { (1...10_000).contains($0) ? .uint64($0) : nil }
        }
    }

    /// Bytes, or a share of the host's memory.
    static let memory = UnitFormat("a size, like \"1G\", a share, like \"10%\", or \"infinity\"") { name, line in
        if let share = UnitText.share(line) {
            return [UnitProperty(name + "Scale", .uint32(UnitText.scaled(share)))]
        }
        return UnitText.size(line, base: 1024).map { [UnitProperty(name, .uint64($0))] }
    }

    static let microseconds = renamed("a time, like \"5min 20s\", or \"infinity\"", asMicroseconds) { text in
        UnitText.time(text, in: 1000).map { .uint64($0) }
    }

    static let nanoseconds = plain("a time, like \"50us\"") { text in
        UnitText.time(text, in: 1, standard: 1).map { .uint64($0) }
    }

    static let share = plain("a share, like \"60%\"") { UnitText.share($0).map { .uint32(UnitText.scaled($0)) } }

    static let path = plain("an absolute path, like \"/run/netns/agents\"") { text in
        UnitText.isPath(text, prefixes: "") ? .string(text) : nil
    }

    static let slice = plain("the name of a slice, like \"agents.slice\"") { text in
        text.hasSuffix(".slice") && text.count > 6 && !text.contains("/") && !text.contains(" ") ? .string(text) : nil
    }

    static let label = plain("a word") { $0.isEmpty || $0.contains(" ") ? nil : .string($0) }

    /// A profile of a security module; with `-` before it it may be missing.
    static let profile = plain("the name of a profile, like \"agent\" or \"-agent\"") { text in
        let name = text.hasPrefix("-") ? String(text.dropFirst()) : text
        return name.isEmpty ? nil : .tuple([.bool(name != text), .string(name)])
    }

    static let processors = plain("numbers, like \"0-3,8\"", isList: true) { text in
        UnitText.bits(text).flatMap { $0.isEmpty ? nil : .bytes($0) }
    }

    static let affinity = UnitFormat("numbers, like \"0-3,8\", or \"numa\"", isList: true) { name, line in
        if line == "numa" { return [UnitProperty("CPUAffinityFromNUMA", .bool(true))] }
        return UnitText.bits(line).flatMap { $0.isEmpty ? nil : [UnitProperty(name, .bytes($0))] }
    }

    /// A limit of setrlimit(2): "soft:hard", or one for both.
    static func limit(_ hint: String, _ parse: @escaping @Sendable (String) -> UInt64?) -> UnitFormat {
        UnitFormat(hint + ", \"infinity\", or two of them, like \"SOFT:HARD\"") { name, line in
            let parts = line.split(separator: ":", omittingEmptySubsequences: false).map { part in
                part == "infinity" ? UInt64.max : parse(String(part))
            }
            guard (1...2).contains(parts.count), let first = parts.first, let last = parts.last, let soft = first,
                let hard = last, soft <= hard
            else { return nil }
            return [UnitProperty(name, .uint64(hard)), UnitProperty(name + "Soft", .uint64(soft))]
        }
    }
}
