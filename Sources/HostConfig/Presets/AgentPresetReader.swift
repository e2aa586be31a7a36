// SPDX-License-Identifier: Apache-2.0

import HostCore

/// Reads the text of a preset for jobs, and checks what must hold between its keys.
struct AgentPresetReader {
    let name: String
    let table: TomlNode

    private var path: String { "preset.\(name)" }

    /// The preset; nil after an error.
    func read(_ checking: inout Checking) -> AgentPreset? {
        let errors = checking.errorCount
        var preset = AgentPresetSection.section.empty
        preset.name = name
        checking.inside("preset") { checking in
            _ = checking.inside(name) { AgentPresetSection.section.apply(table, to: &preset, &$0) }
        }
        guard checking.errorCount == errors else { return nil }
        checkLaunch(preset, &checking)
        checkSession(preset, &checking)
        checkLines(preset, &checking)
        return checking.errorCount == errors ? preset : nil
    }

    private func checkLaunch(_ preset: AgentPreset, _ checking: inout Checking) {
        if preset.command.items.isEmpty {
            checking.report(path: path, "no command (write command = [\"agent\", \"${prompt}\"])")
        }
        if preset.stall.hard < preset.stall.silence {
            checking.report(path: path + ".stall", "hard is shorter than silence (make it at least as long)")
        }
    }

    private func checkSession(_ preset: AgentPreset, _ checking: inout Checking) {
        let session = preset.session
        let place = path + ".session"
        switch session.origin {
        case .chosen where !preset.command.mentions(.session):
            checking.report(path: place, "hostd names the session, and command has no \"${session}\" to tell it")
        case .output where session.value == nil || session.condition.when.isEmpty:
            checking.report(path: place, "the agent names the session: give \"when\" and \"value\"")
        case .none where preset.resume?.mentions(.session) == true:
            checking.report(
                path: path + ".resume", "names \"${session}\", which nobody gives it (write session.from = \"output\")")
        default: break
        }
        if let file = session.file?.source, !file.hasPrefix("~/"), !file.hasPrefix("/") {
            checking.report(path: place + ".file", "\(quoted(file)) begins with neither \"~/\" nor \"/\"")
        }
    }

    private func checkLines(_ preset: AgentPreset, _ checking: inout Checking) {
        if preset.success == .line, !preset.lines.contains(where: { $0.meaning == .success }) {
            checking.report(path: path + ".success", "no [[line]] is = \"success\", so no attempt would ever be done")
        }
        guard preset.output == .text else { return }
        for (index, rule) in preset.lines.enumerated() where rule.condition.wantsFields {
            checking.report(path: "\(path).line.\(index + 1)", "its output is text (write output = \"json\")")
        }
    }
}

extension ArgumentTemplate {
    /// Whether a variable stands in it.
    fileprivate func mentions(_ variable: TemplateVariable) -> Bool {
        items.contains { item in
            switch item {
            case .argument(let argument): argument.source.contains(variable.reference)
            case .group(let arguments): arguments.contains { $0.source.contains(variable.reference) }
            case .arguments: false
            }
        }
    }
}
