// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// Real agent CLIs: `tools/deps test` puts them into .build/agents.
public enum RealAgents {
    /// Claude Code; there is none where `hasClaude` is false.
    public static let claude = BuildFolder.find("agents") + "/claude"
    /// Codex; there is none where `hasCodex` is false.
    public static let codex = BuildFolder.find("agents") + "/codex"

    /// Whether Claude Code is there; tests that need it are skipped where it is not.
    public static let hasClaude = Files.exists(claude)
    /// Whether Codex is there.
    public static let hasCodex = Files.exists(codex)
}
