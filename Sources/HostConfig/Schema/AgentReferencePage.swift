// SPDX-License-Identifier: Apache-2.0

/// The reference of the keys of presets for jobs as Markdown, for docs/agents.md.
public enum AgentReferencePage {
    /// What stands above the reference in that file, so that everything below is made again.
    public static let mark =
        "<!-- Below here is what `hostd --reference-agents` prints: `make docs` writes it. -->\n"

    /// Every key, with its default as `value`.
    public static let keys: [KeyDescription] = AgentPresetSection.section.describe(
        "", AgentPresetSection.section.empty)

    /// One table of keys for each table of a preset.
    public static let text = KeyTables(keys: keys, repeated: ["line", "tokens", "tools", "failure"]).text
}
