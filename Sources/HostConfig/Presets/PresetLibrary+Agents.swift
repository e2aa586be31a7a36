// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Presets for jobs stand beside those for services, in a folder of their own: `presets/jobs/NAME.toml`.
extension PresetLibrary {
    /// What the names of presets for jobs begin with here.
    static let agents = "jobs/"

    /// The name of each preset for jobs, sorted.
    var agentNames: [String] {
        allNames.filter { $0.hasPrefix(Self.agents) }.map { String($0.dropFirst(Self.agents.count)) }
    }

    /// The preset for jobs of this name; what is wrong with its text is reported the first time, and nothing is known
    /// of it then.
    mutating func agentPreset(_ name: String, _ checking: inout Checking) -> AgentLookup {
        if let known = agentPresets[name] { return known.map { .found($0) } ?? .faulty }
        guard let preset = text(Self.agents + name, &checking) else { return .missing }
        let read = preset.table.flatMap { AgentPresetReader(name: name, table: $0).read(&checking) }
        agentPresets[name] = .some(read)
        return read.map { .found($0) } ?? .faulty
    }

    /// What comes of asking for a preset for jobs.
    enum AgentLookup {
        case found(AgentPreset)
        /// There is one; its errors are reported.
        case faulty
        /// There is none of that name: `complaint(name, among: agentNames)`.
        case missing
    }
}
