// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// Real agent CLIs: `tools/deps test` puts them into .build/agents.
public enum RealAgents {
    /// Claude Code; there is none where `isThere` is false.
    public static let claude = BuildFolder.find("agents") + "/claude"

    /// Whether it is there; tests that need it are skipped where it is not.
    public static let isThere = Files.exists(claude)
}
