// SPDX-License-Identifier: Apache-2.0

import HostCore

extension ValueType<ModelChange> {
    /// A word, or the table of a reload action.
    static let modelChange = ValueType(
        "model change", range: "\"none\", \"restart\" or a table with signal, exec or http", hint: modelChangeHint,
        read: { node, checking in
            switch node.value {
            case .text("none"): return ModelChange.none
            case .text("restart"): return .restart
            case .text(let text):
                checking.report("\(quoted(text)) is unknown (write \(modelChangeHint))", at: node.place)
                return nil
            default:
                var draft = ReloadDraft()
                guard modelChangeSection.apply(node, to: &draft, &checking) else { return nil }
                if case .table(let entries) = node.value, entries.isEmpty {
                    let actions = ReloadSection.actions.joined(separator: ", ")
                    checking.report("does nothing (give one of \(actions), or write \"none\")", at: node.place)
                }
                return draft.action.map { .tell($0) }
            }
        },
        show: { change in
            switch change {
            case .none: quoted("none")
            case .restart: quoted("restart")
            case .tell(.signal(let number)): "{ signal = \(ValueType<Int32>.signal.show(number)) }"
            case .tell(.exec(let command)): "{ exec = \(ValueType<[String]>.command.show(command)) }"
            case .tell(.http(let url)): "{ http = \(ValueType<String>.webAddress.show(url)) }"
            }
        })

    private static let modelChangeHint = "\"none\", \"restart\" or a table, like { signal = \"SIGHUP\" }"
    private static let modelChangeSection = ReloadSection.section("service.NAME.model_change", hint: modelChangeHint)
}
