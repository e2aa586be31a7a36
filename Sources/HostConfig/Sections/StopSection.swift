// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.stop]`
enum StopSection {
    static let section = Section(
        "service.NAME.stop", empty: StopSpecification(),
        hint: "a table, like { signal = \"SIGTERM\" }", exclusive: ["signal", "exec"],
        keys: [
            Key("signal", .signal, \.askingSignal, also: ["kill_signal"], "The signal that asks for the end."),
            Key(
                "exec", .command, \.command, also: ["command", "exec_stop"],
                "Run this as the service's user to ask for the end, instead of the signal."),
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

extension StopSpecification {
    /// A later file that gives a signal takes back the command of an earlier one.
    fileprivate var askingSignal: Int32 {
        get { signal }
        set {
            signal = newValue
            command = nil
        }
    }
}
