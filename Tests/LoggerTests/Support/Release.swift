// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

// All tests run in one process, and a child that another test starts has copies of our descriptors until it execs. So
// what was closed may be held for a moment longer.

/// Waits until nobody holds the flock of this file.
func waitUntilFree(_ lock: String) throws {
    try waitUntil("\(lock) to be free") {
        let asking = try Descriptor(opening: lock, O_RDONLY)
        return try !asking.isLockedElsewhere()
    }
}

/// Waits until nobody has this FIFO open for writing.
func waitUntilNobodyWrites(_ fifo: String) throws {
    let reader = try Descriptor(opening: fifo, O_RDONLY | O_NONBLOCK)
    try waitUntil("no writer of \(fifo)") {
        // A reader is told of the end only when it saw a writer.
        _ = try Descriptor(opening: fifo, O_WRONLY | O_NONBLOCK)
        return Pipes.isHungUp(reader.raw)
    }
}
