// SPDX-License-Identifier: Apache-2.0

internal import HostConfig

/// What hostd's configuration says in place of a unit.
struct AdoptedService {
    /// The service's name.
    let name: String
    /// The unit's name.
    let unit: String
    /// Whose manager has it, in words: "of the system", "of user agent".
    let manager: String
    /// Its files.
    let paths: [String]
    /// The preset that fits.
    var preset: String?
    /// The keys with their values in TOML, in their order.
    private(set) var keys: [(key: String, value: String)] = []
    /// Properties of the unit that `unit = { … }` takes with the systemd launcher.
    private(set) var properties: [(key: String, value: String)] = []
    /// What there is to know, one thing each.
    private(set) var notes: [String] = []
    /// Why it would not run as it did.
    private(set) var blockers: [String] = []

    init(name: String, unit: String, manager: String, paths: [String]) {
        self.name = name
        self.unit = unit
        self.manager = manager
        self.paths = paths
    }

    mutating func set(_ key: String, _ value: String) { keys.append((key, value)) }

    /// What has no equivalent, and what to do about it.
    mutating func note(_ text: String) {
        if !notes.contains(text) { notes.append(text) }
    }

    /// What has to be mended by a person before this takes the unit's place.
    mutating func block(_ text: String) { blockers.append(text) }

    /// A property for `unit`; what was said of it before is added to.
    mutating func property(_ key: String, _ value: String) {
        guard let index = properties.firstIndex(where: { $0.key == key }) else {
            return properties.append((key, value))
        }
        properties[index].value += " " + value
    }

    /// What was said of properties becomes `unit`; what that does not take is noted, since it may have protected
    /// something.
    mutating func settleProperties() {
        let refused = properties.compactMap { property in
            UnitPropertyAdvice.complaint(about: property.key, property.value).map { (property, $0) }
        }
        for (property, why) in refused {
            note("\(property.key)=\(property.value) is not taken over: \(why)")
            properties.removeAll { $0.key == property.key }
        }
        guard !properties.isEmpty else { return }
        set("unit", TomlText.table(properties.map { ($0.key, TomlText.string($0.value)) }))
        note("its unit's properties are kept by the systemd launcher, and not by the direct one (docs/units.md)")
    }

    /// The value of a key that was set.
    func value(_ key: String) -> String? { keys.first { $0.key == key }?.value }

    /// Whether values of variables stand in it, which may be secrets.
    var hasVariables: Bool { keys.contains { $0.key.hasPrefix("env.") } }

    /// The file.
    var toml: String {
        var lines = ["# In place of \(unit) \(manager), by hostctl adopt."]
        lines += paths.map { "#   \($0)" }
        lines += ["", "[service.\(name)]"]
        lines += keys.map { "\($0.key) = \($0.value)" }
        let remarks = blockers.map { "To be mended first: \($0)" } + notes
        if !remarks.isEmpty { lines.append("") }
        lines += remarks.flatMap(Self.remark)
        return lines.joined(separator: "\n") + "\n"
    }

    /// One remark, broken into lines of a width that people read.
    private static func remark(_ text: String) -> [String] {
        let width = 100
        var lines: [String] = []
        var line = "#"
        for word in text.split(separator: " ") {
            if line.utf8.count + 1 + word.utf8.count > width, line.utf8.count > 3 {
                lines.append(line)
                line = "#  "
            }
            line += " " + String(word.filter { $0 != "\n" && $0 != "\r" })
        }
        return lines + [line]
    }
}

/// Values as TOML.
enum TomlText {
    static func string(_ text: String) -> String { tomlString(text) }

    /// A string in which hostd looks for `${…}`.
    static func literal(_ text: String) -> String {
        string(text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$"))
    }

    static func list(_ values: [String]) -> String { "[" + values.joined(separator: ", ") + "]" }

    static func table(_ entries: [(key: String, value: String)]) -> String {
        "{ " + entries.map { "\($0.key) = \($0.value)" }.joined(separator: ", ") + " }"
    }

    /// A key, in quotes where it has to be.
    static func key(_ text: String) -> String { tomlKey(text) }
}
