// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// Who reaches the notify socket, and what becomes of descriptors that are sent to it.
@Suite struct NotifySocketTests {
    private static let hasPython = findProgram("python3") != nil
    private static let hasNotify = findProgram("systemd-notify") != nil

    private func keeper(
        _ options: [String], _ command: [String], in folder: TemporaryFolder? = nil
    ) throws -> RunningKeeper {
        let folder = try folder ?? TemporaryFolder()
        return try RunningKeeper(
            options, command, environment: [RunningKeeper.path, "NOTIFY_SOCKET=\(folder.path)/notify.sock"],
            in: folder)
    }

    /// A folder that others can pass through, as hostd's runtime folder is, with one of an instance in it.
    private func openFolder() throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try Files.setMode(folder.path, 0o711)
        return folder
    }

    private func python(_ script: String) -> [String] {
        let head = """
            import array, os, socket, sys, time
            s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            s.connect(os.environ["NOTIFY_SOCKET"])
            def isClosed(end):
                return os.read(end, 1) == b""

            """
        return ["python3", "-c", head + script]
    }

    @Test(.enabled(if: hasPython)) func aBarrierIsAnsweredWhenWhatCameBeforeIsRecorded() throws {
        let script = """
            for i in range(50):
                s.send(b"STATUS=%d" % i)
                r, w = os.pipe()
                socket.send_fds(s, [b"BARRIER=1"], [w])
                os.close(w)
                assert isClosed(r)
                if i < 5:
                    print(open(os.path.dirname(os.environ["NOTIFY_SOCKET"]) + "/notify").read(), flush=True)
            """
        let keeper = try keeper(["--notify", "required"], python(script))
        let reader = try FifoReader(keeper.folder.path + "/out")
        for number in 0..<5 { try reader.wait(for: "status=\(number)\n") }
        #expect(try keeper.exitRecord()["code"] == "0")
        #expect(keeper.recordNow("notify")?["status"] == "49")
    }

    @Test(.enabled(if: hasPython)) func whatIsSentAlongIsClosed() throws {
        let script = """
            r, w = os.pipe()
            socket.send_fds(s, [b"READY=1\\nFDSTORE=1"], [w] * 253)
            os.close(w)
            assert isClosed(r)
            """
        let keeper = try keeper(["--notify", "required"], python(script))
        #expect(try keeper.exitRecord()["code"] == "0")
        #expect(keeper.recordNow("notify")?["ready_count"] == "1")
    }

    @Test(.enabled(if: hasPython)) func aKeeperThatGotDescriptorsKeepsNone() throws {
        let script = """
            r, w = os.pipe()
            for i in range(2000):
                socket.send_fds(s, [b"WATCHDOG=1"], [w])
            s.send(b"READY=1")
            time.sleep(1000)
            """
        let keeper = try keeper(["--notify", "required"], python(script))
        _ = try keeper.bell.ring("notify")
        try waitUntil("the last word") { keeper.recordNow("notify")?["ready_count"] == "1" }
        let open = try Files.list("/proc/\(keeper.pid)/fd").count
        #expect(open < 12)
    }

    @Test(.enabled(if: hasNotify)) func theUsualToolWorks() throws {
        let keeper = try keeper(
            ["--notify", "required"],
            ["sh", "-c", "systemd-notify --ready --status='it is so' && exec sleep 1000"])
        try waitUntil("its words") { keeper.recordNow("notify")?["ready_count"] == "1" }
        #expect(keeper.recordNow("notify")?["status"] == "it is so")
    }

    @Test(.enabled(if: getuid() == 0)) func aChildOfAnotherUserReachesItAndNothingElse() throws {
        let outer = try openFolder()
        let keeper = try keeper(
            ["--notify", "required", "--uid", "65534", "--gid", "65534", "--groups", ""],
            ["perl", "-e", NotifyTests.perl + "say('READY=1'); pause"], in: outer)
        try waitUntil("its word") { keeper.recordNow("notify")?["ready_count"] == "1" }
        var info = stat()
        #expect(stat(outer.path + "/notify.sock", &info) == 0)
        #expect(info.st_mode & 0o777 == 0o600 && info.st_uid == 65534)
        #expect(stat(outer.path, &info) == 0)
        #expect(info.st_mode & 0o777 == 0o711 && info.st_uid == 0)
        // Another user is refused, and this one may neither list nor remove.
        for (user, script) in [
            ("1", NotifyTests.perl + "say('READY=1')"), ("65534", "unlink \"$ARGV[0]/notify.sock\" or die"),
        ] {
            let intruder = try Processes.spawn(
                "/usr/bin/setpriv",
                ["--reuid", user, "--clear-groups", "--regid", user, "perl", "-e", script, outer.path],
                environment: [RunningKeeper.path, "NOTIFY_SOCKET=\(outer.path)/notify.sock"])
            let pid = intruder.pid
            _ = intruder.takeDescriptor()
            #expect(try Processes.reap(pid).status != 0)
        }
        #expect(keeper.recordNow("notify")?["ready_count"] == "1")
    }

    @Test(.enabled(if: getuid() == 0)) func oneThatTheChildCannotReachIsNotOffered() throws {
        let outer = try TemporaryFolder()
        let inner = outer.path + "/run"
        try Files.makeFolder(inner)
        func launch(_ notify: String) throws -> RunningKeeper {
            try RunningKeeper(
                ["--notify", notify, "--record-dir", outer.path, "--dir", inner, "--uid", "65534"],
                ["sh", "-c", "exec test -z \"$NOTIFY_SOCKET\""],
                environment: [RunningKeeper.path, "NOTIFY_SOCKET=\(inner)/notify.sock"], in: outer)
        }
        #expect(try launch("offered").exitRecord()["code"] == "0")
        let exit = try launch("required").exitRecord()
        #expect(exit["exec_step"] == "reach the notify socket" && exit["exec_path"] == "\(inner)/notify.sock")
        #expect(exit.integer("exec_errno") == EACCES)
    }

    @Test func oneWhosePathIsTooLongIsNotOffered() throws {
        let outer = try TemporaryFolder()
        let inner = outer.path + "/" + String(repeating: "x", count: 100)
        try Files.makeFolder(inner)
        func launch(_ notify: String) throws -> RunningKeeper {
            try RunningKeeper(
                ["--notify", notify, "--record-dir", outer.path, "--dir", inner],
                ["sh", "-c", "exec test -z \"$NOTIFY_SOCKET\""],
                environment: [RunningKeeper.path, "NOTIFY_SOCKET=\(inner)/notify.sock"], in: outer)
        }
        #expect(try launch("offered").exitRecord()["code"] == "0")
        let exit = try launch("required").exitRecord()
        #expect(exit["exec_step"] == "make the notify socket in" && exit["exec_path"] == inner)
        #expect(exit.integer("exec_errno") == ENAMETOOLONG)
    }

    @Test func withoutTheOptionThereIsNone() throws {
        let folder = try TemporaryFolder()
        let keeper = try RunningKeeper([], ["sh", "-c", "exec test -z \"$NOTIFY_SOCKET\""], in: folder)
        #expect(try keeper.exitRecord()["code"] == "0")
        #expect(!Files.exists(folder.path + "/notify.sock"))
    }
}
