// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Why hostctl could not do what was asked.
struct Failure: Error {
    /// What it says to a script.
    var code: ExitCode
    /// What it says to a person: what is wrong, with value and place, and what would be right in parentheses.
    var text: String

    init(_ code: ExitCode, _ text: String) {
        self.code = code
        self.text = text
    }

    static func usage(_ text: String) -> Failure { Failure(.usage, text) }
}
