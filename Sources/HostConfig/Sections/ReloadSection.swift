// SPDX-License-Identifier: Apache-2.0

import HostCore

/// A reload action while its keys are read: it may still lack what is done.
struct ReloadDraft: Hashable, Sendable {
    /// The last one given: a later file may do something else.
    var action: ReloadSpecification?

    var signal: Int32? {
        get { if case .signal(let number) = action { number } else { nil } }
        set { action = newValue.map { .signal($0) } }
    }

    var command: [String]? {
        get { if case .exec(let command) = action { command } else { nil } }
        set { action = newValue.map { .exec($0) } }
    }

    var address: String? {
        get { if case .http(let url) = action { url } else { nil } }
        set { action = newValue.map { .http(url: $0) } }
    }
}

/// `[service.NAME.reload]`
enum ReloadSection {
    /// Of these one says what is done.
    static let actions = ["signal", "exec", "http"]

    static let section = section("service.NAME.reload", hint: "a table, like { signal = \"SIGHUP\" }")

    /// The same actions in another table.
    static func section(_ path: String, hint: String) -> Section<ReloadDraft> {
        Section(
            path, empty: ReloadDraft(), hint: hint, exclusive: actions,
            keys: [
                Key("signal", .signal, \.signal, "This signal goes to the main process."),
                Key(
                    "exec", .command, \.command, also: ["command", "exec_reload"],
                    "Run this as the service's user; well when it exits 0."),
                Key("http", .webAddress, \.address, also: ["url", "https"], "POST to this URL; well with 200 to 299."),
            ])
    }
}
