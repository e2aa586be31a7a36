// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.stop]`
enum StopSection {
    static let section = Section(
        "service.NAME.stop", empty: StopSpecification(),
        hint: "a table, like { signal = \"SIGTERM\" }",
        keys: [
            Key("signal", .signal, \.signal, also: ["kill_signal"], "The signal that asks for the end."),
            Key(
                "to", .choice(), \.target, also: ["target", "kill_mode"],
                "Whom it goes to: the main process or its process group."),
            Key(
                "grace", .time(.zero...TimeText.day), \.grace, also: ["timeout"],
                "From that signal to SIGKILL for the whole tree."),
            Key(
                "leftovers", .time(.zero...TimeText.hour), \.leftovers,
                "From SIGTERM to SIGKILL for what the main process leaves behind."),
        ])
}
