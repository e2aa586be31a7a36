// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLaunch
import HostLinux
import TestKit

/// The program of the fixtures that says how it is (Fixtures/notifier.pl), as the service `web`.
enum Notifier {
    /// Its section of hostd.toml.
    static func section(_ steps: [String], _ keys: String) -> String {
        let arguments = (["perl", Gateway.fixtures + "/notifier.pl"] + steps).map { "\"\($0)\"" }
        return "[service.web]\ncommand = [\(arguments.joined(separator: ", "))]\n\(keys)\n"
    }
}

extension HostUnderTest {
    /// What the newest instance of `name` has said of itself, as its keeper recorded it.
    func notifyRecord(_ name: String = "web") -> FieldText? {
        instanceFolders().last { $0.instance.service.text == name }?.record("notify")
    }

    /// Waits until the keeper has recorded something.
    func waitForRecord(_ what: String, _ condition: (FieldText) -> Bool) throws {
        try waitUntil(what) { notifyRecord().map(condition) ?? false }
    }

    /// How many beats the keeper has counted.
    var beats: Int { notifyRecord()?.integer("watchdog_count") ?? 0 }
}
