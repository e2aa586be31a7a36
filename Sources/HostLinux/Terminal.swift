// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// What is known of a terminal.
public enum Terminal {
    /// Whether a descriptor is a terminal.
    public static func isTerminal(_ raw: Int32) -> Bool {
        isatty(raw) == 1
    }

    /// The width in columns; nil when the terminal does not say, or it is none.
    public static func columns(_ raw: Int32) -> Int? {
        var size = winsize()
        guard ioctl(raw, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
