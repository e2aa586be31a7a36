// SPDX-License-Identifier: Apache-2.0

/// `[control]`
enum ControlSection {
    static let section = Section(
        "control", empty: ControlSettings(),
        keys: [
            Key("admin_group", .account, \.adminGroup, "Members may change things; this equals being root."),
            Key("read_group", .account, \.readGroup, "Members may look."),
        ])
}
