// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The presets that services may name: those that come with hostd, and files beside the configuration, which win.
///
/// A preset is the table of a service. What it says are defaults: whatever a file says of the service wins.
struct PresetLibrary {
    /// A preset that was read.
    struct Preset {
        /// Its table; nil when something is wrong with its text.
        let table: TomlNode?
    }

    private let texts: [String: (path: String, bytes: [UInt8])]
    private let ownNames: [String]
    private var read: [String: Preset] = [:]
    /// The presets for jobs that were read; nil for one with errors.
    var agentPresets: [String: AgentPreset?] = [:]
    /// The presets that were read, in the order of reading: places in them have the index -1, -2, ….
    private(set) var used: [(name: String, path: String)] = []

    /// The library with `files` in place of presets of the same name.
    init(files: [ConfigurationFile]) {
        var texts = BuiltInPresets.all.reduce(into: [String: (path: String, bytes: [UInt8])]()) {
            $0[$1.key] = ("preset:" + $1.key, $1.value)
        }
        for file in files {
            if let name = file.preset { texts[name] = (file.path, file.bytes) }
        }
        self.texts = texts
        ownNames = files.compactMap(\.preset)
    }

    /// The preset that a place with this index of a file is in; nil when that is no preset's.
    func place(_ file: Int) -> (name: String, path: String)? {
        used.indices.contains(-1 - file) ? used[-1 - file] : nil
    }

    /// The name of each preset for services, sorted.
    var names: [String] { allNames.filter { !$0.hasPrefix(Self.agents) } }

    /// The name of each preset, sorted.
    var allNames: [String] { texts.keys.sorted() }

    /// The preset for services `name`; what is wrong with its text is reported the first time. Nil when there is none
    /// of that name.
    mutating func preset(_ name: String, _ checking: inout Checking) -> Preset? {
        name.hasPrefix(Self.agents) ? nil : text(name, &checking)
    }

    /// What is wrong with a name that is none of `names`.
    static func complaint(_ name: String, among names: [String]) -> String {
        let right =
            Suggestion.nearest(to: name, among: names).map { "did you mean \"\($0)\"?" }
            ?? "there are " + names.joined(separator: ", ")
        return "there is no preset \(quoted(name)) (\(right))"
    }

    /// The preset of either kind, as a table.
    mutating func text(_ name: String, _ checking: inout Checking) -> Preset? {
        if let preset = read[name] { return preset }
        guard let text = texts[name] else { return nil }
        used.append((name, text.path))
        let preset = Preset(table: Self.table(text.bytes, file: -used.count, &checking))
        read[name] = preset
        return preset
    }

    /// Looks at the files that no service names: what is wrong with them is told all the same.
    mutating func checkUnused(_ checking: inout Checking) {
        for name in ownNames where read[name] == nil {
            if name.hasPrefix(Self.agents) {
                _ = agentPreset(String(name.dropFirst(Self.agents.count)), &checking)
                continue
            }
            guard let table = preset(name, &checking)?.table else { continue }
            checking.variables = [Interpolation.instance: "1", Interpolation.port: "1"]
            var draft = ServiceSection.section.empty
            checking.inside("preset") { checking in
                _ = checking.inside(name) { ServiceSection.section.apply(table, to: &draft, &$0) }
            }
            checking.variables = [:]
        }
    }

    private static func table(_ bytes: [UInt8], file: Int, _ checking: inout Checking) -> TomlNode? {
        do throws(TomlDocument.Failure) {
            let table = try TomlDocument.parse(bytes, file: file)
            guard case .table(let entries) = table.value, let own = entries.first(where: { $0.key == "preset" }) else {
                return table
            }
            throw TomlDocument.Failure(
                place: own.keyPlace, message: "preset: a preset names no other preset (leave it out)")
        } catch {
            checking.report(error)
            return nil
        }
    }
}
