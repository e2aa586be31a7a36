// SPDX-License-Identifier: Apache-2.0

import Glibc

/// How often tests with chance in them try: `LONG_TESTS=40 swift test …` makes it forty times as often.
public enum Rounds {
    private static let factor = getenv("LONG_TESTS").flatMap { Int(String(cString: $0)) } ?? 1

    /// `usual` rounds, or so many times more.
    public static func count(_ usual: Int) -> Int { usual * max(factor, 1) }
}
