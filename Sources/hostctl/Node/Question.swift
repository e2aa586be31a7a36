// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// A question to the person at the terminal.
enum Question {
    /// Asks on stderr and reads a line; only "y" and "yes" are a yes.
    static func isAnsweredYes(_ text: String) -> Bool {
        try? StandardDescriptors.write(Array("\(text) [y/N] ".utf8), to: 2)
        let answer = readLine()?.lowercased().filter { !$0.isWhitespace }
        return answer == "y" || answer == "yes"
    }
}
