// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// Reads the text of configuration files into checked values.
public enum ConfigurationReader {
    /// More files than these are an error.
    public static let fileLimit = 256

    /// Reads the files in their order: hostd.toml first, then conf.d/*.toml sorted by name. A key that stands in
    /// several files has the value of the last one, also within the tables of a service. Files that are presets stand
    /// in for those of the same name that come with hostd.
    ///
    /// Fails with everything that is wrong in any of them; a syntax error ends its file, not the others.
    public static func read(_ files: [ConfigurationFile]) -> Result<HostConfiguration, ConfigurationErrors> {
        var reading = Reading(files)
        let configuration = reading.configuration()
        if let errors = reading.errors { return .failure(errors) }
        return .success(configuration)
    }

    /// The same for texts that are known to be UTF-8.
    public static func read(files: [(path: String, text: String)]) -> Result<HostConfiguration, ConfigurationErrors> {
        read(files.map { ConfigurationFile(path: $0.path, text: $0.text) })
    }

    /// The preset for jobs `name`: that of one of `files`, or else the one that comes with hostd. Nil when there is
    /// none; fails with what is wrong with its text.
    public static func agentPreset(
        _ name: String, files: [ConfigurationFile] = []
    ) -> Result<AgentPreset?, ConfigurationErrors> {
        var reading = Reading(files)
        let preset = reading.agentPreset(name)
        if let errors = reading.errors { return .failure(errors) }
        return .success(preset)
    }

    /// The names of the presets for jobs that come with hostd, sorted.
    public static var agentPresetNames: [String] { PresetLibrary(files: []).agentNames }
}
