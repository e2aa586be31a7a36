// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Why a bench could not go on, in words.
struct BenchError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Waiting for time to pass.
enum Pause {
    static func sleep(_ time: Duration) {
        usleep(UInt32(clamping: time.components.seconds * 1_000_000 + time.components.attoseconds / 1_000_000_000_000))
    }
}
