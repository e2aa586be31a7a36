// SPDX-License-Identifier: Apache-2.0

/// Whether a unit is to start by itself, and runs.
struct UnitState {
    let unit: String
    /// It starts at each boot, or until the next one (`enabled-runtime`).
    let isEnabled: Bool
    let isOnlyUntilReboot: Bool
    let isActive: Bool

    /// From what systemctl shows of it.
    init(_ unit: String, _ facts: [String: String]) {
        self.unit = unit
        let state = facts["UnitFileState"] ?? ""
        isEnabled = state == "enabled" || state == "enabled-runtime"
        isOnlyUntilReboot = state == "enabled-runtime"
        isActive = ["active", "activating", "reloading"].contains(facts["ActiveState"])
    }

    /// What systemctl is told to get it back to this, in order.
    var wayBack: [[String]] {
        (isEnabled ? [["enable"] + (isOnlyUntilReboot ? ["--runtime"] : []) + ["--", unit]] : [])
            + (isActive ? [["start", "--", unit]] : [])
    }
}
