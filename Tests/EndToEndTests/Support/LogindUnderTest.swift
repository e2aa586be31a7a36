// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit

/// A bus of its own with a stand-in for logind on it; both end with the test.
final class LogindUnderTest {
    let address: String
    private let folder: TemporaryFolder
    private var processes: [Int32] = []

    init() throws {
        folder = try TemporaryFolder()
        address = "unix:path=\(folder.path)/bus"
        try start("/usr/bin/dbus-daemon", ["--session", "--nofork", "--nopidfile", "--address=\(address)"])
        try waitUntil("the bus") { Files.exists(folder.path + "/bus") }
        try start(Programs.path("LogindHelper"), [folder.path + "/notes"])
        try waitUntil("its logind") { notes.first == "there" }
    }

    /// What the stand-in noted.
    var notes: [String] {
        let text = (try? Files.readText(folder.path + "/notes")) ?? ""
        return text.split(separator: "\n").map(String.init)
    }

    private func start(_ program: String, _ arguments: [String]) throws {
        let process = try Processes.spawn(
            program, arguments, environment: ["PATH=/usr/bin:/bin", "DBUS_SYSTEM_BUS_ADDRESS=\(address)"])
        processes.append(process.takeDescriptor().release())
    }

    deinit {
        for raw in processes.reversed() {
            chost_pidfd_send_signal(raw, SIGKILL)
            var status: Int32 = 0
            try? waitUntil("a helper to end") { chost_pidfd_reap(raw, &status) != 0 }
            close(raw)
        }
    }
}
