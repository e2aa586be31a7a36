// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// What cannot be started is told with the step, the path and the error.
@Suite struct LaunchFailureTests {
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        var options: [String] = []
        var command = ["true"]
        var needsRoot = false
        let step: String
        let path: String
        let error: Int32
    }

    static let cases: [Case] = [
        Case(
            testDescription: "a missing program", command: ["/nowhere/node"], step: "exec", path: "/nowhere/node",
            error: ENOENT),
        Case(
            testDescription: "a program that PATH does not have", command: ["no-such-program"], step: "exec",
            path: "no-such-program", error: ENOENT),
        Case(testDescription: "an empty name", command: [""], step: "exec", path: "", error: ENOENT),
        Case(
            testDescription: "a file that is not executable", command: ["/etc/passwd"], step: "exec",
            path: "/etc/passwd", error: EACCES),
        Case(testDescription: "a folder", command: ["/etc"], step: "exec", path: "/etc", error: EACCES),
        Case(
            testDescription: "a missing folder", options: ["--directory", "/nowhere"], step: "enter", path: "/nowhere",
            error: ENOENT),
        Case(
            testDescription: "a folder that the child's user may not enter",
            options: ["--uid", "65534", "--gid", "65534", "--groups", "", "--directory", "/root"], needsRoot: true,
            step: "enter", path: "/root", error: EACCES),
        Case(
            testDescription: "a program that the child's user may not see",
            options: ["--uid", "65534", "--gid", "65534", "--groups", ""], command: ["/root/program"], needsRoot: true,
            step: "exec", path: "/root/program", error: EACCES),
        Case(
            testDescription: "a limit that nobody may have", options: ["--rlimit", "nofile=9000000000"],
            step: "set the limit", path: "nofile=9000000000", error: EPERM),
        Case(
            testDescription: "a cgroup that is not there", options: ["--cgroup", "/nowhere"], step: "join the cgroup",
            path: "/nowhere", error: ENOENT),
        Case(
            testDescription: "bytes that records escape", command: ["/a\nb\\c\r"], step: "exec", path: "/a\nb\\c\r",
            error: ENOENT),
    ]

    @Test(arguments: cases)
    func isToldWithStepPathAndError(_ wanted: Case) throws {
        if wanted.needsRoot && getuid() != 0 { return }
        let keeper = try RunningKeeper(wanted.options, wanted.command)
        let exit = try keeper.exitRecord()
        #expect(exit["exec_step"] == wanted.step)
        #expect(exit["exec_path"] == wanted.path)
        #expect(exit.integer("exec_errno") == wanted.error)
        #expect(exit["tree"] == "empty" && exit["left_overs"] == "0")
        #expect(exit["ran_ms"] == "0")
        #expect(exit["pid"] == nil && exit["code"] == nil && exit["signal"] == nil)
        #expect(exit.integer("keeper_pid") == keeper.pid)
        #expect(keeper.recordNow("start") == nil)
        #expect(keeper.bell.events == ["failed", "gone"])
        #expect(try keeper.exitCode() == 0)
    }

    @Test func aScriptWithoutInterpreterIsNotGuessedAt() throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/script", with: "echo no\n".utf8)
        #expect(chmod(folder.path + "/script", 0o700) == 0)
        let exit = try RunningKeeper([], [folder.path + "/script"]).exitRecord()
        #expect(exit.integer("exec_errno") == ENOEXEC)
    }

    @Test func theSearchGoesOnAfterAFileThatIsNotExecutable() throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/true", with: "no program".utf8)
        let found = try RunningKeeper([], ["true"], environment: ["PATH=\(folder.path):/bin"]).exitRecord()
        #expect(found["code"] == "0")
        let refused = try RunningKeeper([], ["true"], environment: ["PATH=\(folder.path):/nowhere"]).exitRecord()
        #expect(refused.integer("exec_errno") == EACCES)
    }

    @Test func aPathOfAnyLengthLeavesAWholeRecord() throws {
        let exit = try RunningKeeper([], ["/" + String(repeating: "x\\", count: 50_000)]).exitRecord()
        #expect(exit.integer("exec_errno") == ENAMETOOLONG)
        #expect(exit["exec_path"]?.hasPrefix("/x\\x\\x") == true)
        #expect(exit["tree"] == "empty")
    }

    @Test func moreArgumentsThanTheStackAllowsIsToldAsSuch() throws {
        let keeper = try RunningKeeper(
            ["--rlimit", "stack=65536"],
            ["/bin/true"] + Array(repeating: String(repeating: "x", count: 100_000), count: 3))
        #expect(try keeper.exitRecord().integer("exec_errno") == E2BIG)
    }

    @Test func aLongCommandLineAndEnvironmentArriveWhole() throws {
        let large = String(repeating: "y", count: 100_000)
        let keeper = try RunningKeeper(
            [],
            ["sh", "-c", "[ ${#1} = 100000 ] && [ ${#9} = 100000 ] && [ ${#Y} = 100000 ]", "sh"]
                + Array(repeating: large, count: 9), environment: [RunningKeeper.path, "Y=\(large)"])
        #expect(try keeper.exitRecord()["code"] == "0")
    }

    @Test(arguments: ["file", "folder", "link", "socket"])
    func whatStandsAtTheFifosPathIsNotTouched(_ kind: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/out"
        switch kind {
        case "file": try Files.replace(path, with: "mine".utf8)
        case "folder": try Files.makeFolder(path)
        case "link": #expect(symlink("/dev/zero", path) == 0)
        default: _ = try Sockets.datagramReceiver(at: path).release()
        }
        let exit = try RunningKeeper([], ["true"], in: folder).exitRecord()
        #expect(exit["exec_step"] == "make the log pipe" && exit["exec_path"] == path)
        let errors: [String: Int32] = ["file": EEXIST, "folder": EISDIR, "link": ELOOP, "socket": ENXIO]
        #expect(exit.integer("exec_errno") == errors[kind])
        if kind == "file" { #expect(try Files.readText(path) == "mine") }
    }

    @Test func aFifoThatIsThereIsTaken() throws {
        let folder = try TemporaryFolder()
        #expect(mkfifo(folder.path + "/out", 0o666) == 0)
        let keeper = try RunningKeeper([], ["sh", "-c", "echo here; exec sleep 1000"], in: folder)
        try FifoReader(folder.path + "/out").wait(for: "here\n")
        var info = stat()
        #expect(stat(folder.path + "/out", &info) == 0 && info.st_mode & 0o777 == 0o600)
        #expect(try ProcessFacts(pid: keeper.mainPid()).isAlive)
    }
}
