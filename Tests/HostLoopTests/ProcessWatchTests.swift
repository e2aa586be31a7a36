// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

struct ProcessWatchTests {
    /// Runs /bin/sh with `script` and returns its wait status as the watch tells it.
    private func status(of script: String, signal: Int32? = nil) throws -> Int32? {
        let loop = try TestLoop()
        var told: [Int32?] = []
        let process = try Processes.spawn("/bin/sh", ["-c", script])
        let watch = try ProcessWatch(loop: loop.events, pidfd: process.takeDescriptor()) { status in
            told.append(status)
            loop.stop()
        }
        if let signal { #expect(watch.signal(signal)) }
        try loop.run()
        #expect(told.count == 1)
        #expect(!watch.signal(SIGCONT), "a process that was reaped gets no signal")
        return told.first ?? nil
    }

    @Test(arguments: [0, 1, 78, 255]) func theExitCodeIsTold(code: Int32) throws {
        #expect(try status(of: "exit \(code)") == code << 8)
    }

    @Test func theSignalThatEndedItIsTold() throws {
        #expect(try status(of: "kill -TERM $$").map { $0 & 0x7F } == SIGTERM)
        #expect(try status(of: "exec sleep 1000", signal: SIGKILL).map { $0 & 0x7F } == SIGKILL)
    }

    @Test func aChildIsReapedBeforeItIsTold() throws {
        let loop = try TestLoop()
        let process = try Processes.spawn("/bin/sh", ["-c", "exit 3"])
        let pid = process.pid
        var isGone = false
        let watch = try ProcessWatch(loop: loop.events, pidfd: process.takeDescriptor()) { _ in
            isGone = kill(pid, 0) < 0 && errno == ESRCH
            loop.stop()
        }
        loop.keep(watch)
        try loop.run()
        #expect(isGone)
    }

    @Test func aStrangersEndIsToldWithoutStatus() throws {
        let loop = try TestLoop()
        // The shell's child is not ours; its pid comes through a file.
        let folder = try TemporaryFolder()
        let parent = try Processes.spawn(
            "/bin/sh",
            ["-c", "sleep 1000 & echo $! > \(folder.path)/new; mv \(folder.path)/new \(folder.path)/pid; wait"])
        let text = try waitFor("the child") { try? Files.readText(folder.path + "/pid") }
        let pid = try #require(Int32(text.dropLast()))
        let identity = try #require(Processes.identity(of: pid))
        var told: [Int32?] = []
        guard let stranger = Processes.open(identity) else { throw NeverCame(event: "the child's pidfd") }
        let watch = try ProcessWatch(loop: loop.events, pidfd: stranger) { status in
            told.append(status)
            loop.stop()
        }
        #expect(watch.signal(SIGTERM))
        try loop.run()
        #expect(told == [nil])
        var status: Int32 = 0
        waitpid(parent.pid, &status, 0)
        withExtendedLifetime(folder) {}
    }

    @Test func aWatchThatIsGoneTellsNothing() throws {
        let loop = try TestLoop()
        var told = 0
        let process = try Processes.spawn("/bin/sh", ["-c", "exit 0"])
        let pid = process.pid
        do {
            _ = try ProcessWatch(loop: loop.events, pidfd: process.takeDescriptor()) { _ in told += 1 }
        }
        loop.keep(try loop.events.timer { loop.stop() }).arm(at: loop.events.now + .milliseconds(30))
        try loop.run()
        #expect(told == 0)
        var status: Int32 = 0
        #expect(waitpid(pid, &status, 0) == pid)
    }
}
