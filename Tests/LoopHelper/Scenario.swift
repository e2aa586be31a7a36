// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLoop

/// Tells the test one thing.
func say(_ text: String) {
    var line = text + "\n"
    line.withUTF8 { _ = write(1, $0.baseAddress, $0.count) }
}

/// Runs a loop until `body`, or what it began, calls its argument; ends the program when that never comes.
func onLoop(_ body: (EventLoop, _ done: @escaping () -> Void) throws -> [Any]) throws {
    let loop = try EventLoop()
    let alarm = try loop.timer {
        say("never ended")
        loop.exit(code: 1)
    }
    alarm.arm(at: loop.now + .seconds(60))
    let kept = try body(loop) { loop.exit(code: 0) }
    let code = try loop.run()
    withExtendedLifetime((kept, alarm)) {}
    exit(code)
}

/// How many threads this process has.
func threadCount() -> Int {
    (try? Files.list("/proc/self/task").count) ?? 0
}
