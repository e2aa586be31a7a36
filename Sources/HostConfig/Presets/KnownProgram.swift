// SPDX-License-Identifier: Apache-2.0

/// What a preset for services says of its program, for those who meet the program elsewhere.
public struct KnownProgram: Hashable, Sendable {
    /// The preset.
    public let preset: String
    /// The program with its arguments, as the preset has them: variables are not filled in.
    public let command: [String]
    /// The ports that it has unless somebody says otherwise.
    public let ports: [UInt16]
    /// Patterns for the names of systemd's units that run it.
    public let nativeUnits: [String]

    /// Those of the presets that come with hostd, sorted by the preset. A preset without a command knows no program.
    public static let all: [KnownProgram] = BuiltInPresets.all.sorted { $0.key < $1.key }.compactMap { name, bytes in
        guard !name.hasPrefix(PresetLibrary.agents), let table = try? TomlDocument.parse(bytes, file: 0),
            case .table(let entries) = table.value
        else { return nil }
        let program = KnownProgram(preset: name, entries)
        return program.command.isEmpty ? nil : program
    }

    /// The units that would run what listens on one of `ports`.
    public static func nativeUnits(ofPorts ports: [UInt16]) -> [String] {
        all.filter { !Set($0.ports).isDisjoint(with: ports) }.flatMap(\.nativeUnits)
    }

    private init(preset: String, _ entries: [TomlEntry]) {
        func values<Item>(_ key: String, _ item: (TomlNode.Value) -> Item?) -> [Item] {
            guard case .array(let nodes)? = entries.first(where: { $0.key == key })?.node.value else { return [] }
            return nodes.compactMap { item($0.value) }
        }
        func text(_ value: TomlNode.Value) -> String? { if case .text(let text) = value { text } else { nil } }
        self.preset = preset
        command = values("command", text)
        nativeUnits = values(NativeUnitsKey.name, text)
        ports = values(PortKey.name) { value in
            if case .integer(let number) = value { UInt16(exactly: number) } else { nil }
        }
    }
}
