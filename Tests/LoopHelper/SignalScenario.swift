// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostLoop

/// Signals come on the loop one by one, also when threads of workers are there to take them.
func takeSignals() throws {
    Signals.block([SIGUSR1, SIGUSR2, SIGTERM])
    try onLoop { loop, done in
        let worker = try Worker(loop: loop, lane: "test", limit: 10)
        let one = try loop.onSignal(SIGUSR1) {
            say("SIGUSR1")
            kill(getpid(), SIGUSR2)
        }
        let two = try loop.onSignal(SIGUSR2) {
            say("SIGUSR2")
            kill(getpid(), SIGTERM)
        }
        let end = try loop.onSignal(SIGTERM) {
            say("SIGTERM")
            done()
        }
        worker.submit {
            // The thread of the worker blocks all signals: this one waits for the loop.
            kill(getpid(), SIGUSR1)
        } then: { (_: WorkOutcome<Int32>) in
        }
        return [worker, one, two, end]
    }
}
