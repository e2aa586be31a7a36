// SPDX-License-Identifier: Apache-2.0

public import HostWire

/// Why a Node was not installed, checked or removed. Nothing has been changed then.
public struct InstallError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What it says to a script.
    public var code: ExitCode
    /// What it says to a person: what is wrong, with value and place, and what would be right in parentheses.
    public var description: String

    /// An error of this code and text.
    public init(_ code: ExitCode, _ description: String) {
        self.code = code
        self.description = description
    }

    /// Something that did not work.
    static func failed(_ text: String) -> InstallError { InstallError(.failed, text) }
}
