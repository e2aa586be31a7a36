// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// A keeper that runs one check.
@Suite struct ProbeTests {
    private func probe(_ command: [String], options: [String] = [], token: String = "none") throws -> RunResult {
        try run(
            RunningKeeper.program, ["--probe", "--timeout-ms", "600000"] + options + ["--"] + command,
            environment: [RunningKeeper.path, "HOSTD_INSTANCE=\(token)"])
    }

    @Test(arguments: [Int32(0), 1, 2, 124, 255])
    func theExitCodeIsTheChilds(code: Int32) throws {
        #expect(try probe(["sh", "-c", "exit \(code)"]).code == code)
    }

    @Test(arguments: [SIGKILL, SIGTERM, SIGSEGV])
    func aSignalIsAddedTo128(number: Int32) throws {
        #expect(try probe(["sh", "-c", "kill -\(number) $$"], options: ["--rlimit", "core=0"]).code == 128 + number)
    }

    @Test func whatTheChildSaysGoesWhereTheKeeperWouldSayIt() throws {
        let result = try probe(["sh", "-c", "echo out; echo err >&2; cat; readlink /proc/self/fd/0"])
        #expect(result.output == "out\n/dev/null\n" && result.error == "err\n" && result.code == 0)
    }

    @Test func noTraceIsLeft() throws {
        let folder = try TemporaryFolder()
        #expect(try probe(["true"], options: ["--directory", folder.path, "--dir", folder.path]).code == 0)
        #expect(try Files.list(folder.path).isEmpty)
    }

    @Test func leftOversAreKilledAtOnce() throws {
        let token = newToken()
        let script = "setsid sh -c \"trap '' TERM; sleep 1000\" & (sleep 1000 &); exit 4"
        #expect(try probe(["sh", "-c", script], token: token).code == 4)
        #expect(processes(withToken: token).isEmpty)
    }

    @Test func theTimeIsForTheWholeTree() throws {
        let token = newToken()
        let script = "trap '' TERM; setsid sleep 1000 & (sleep 1000 &); sleep 1000"
        #expect(try probe(["sh", "-c", script], options: ["--timeout-ms", "300"], token: token).code == 124)
        #expect(processes(withToken: token).isEmpty)
    }

    @Test(arguments: [SIGTERM, 41])
    func isCalledOffBySignal(number: Int32) throws {
        let token = newToken()
        let process = try Processes.spawn(
            RunningKeeper.program,
            ["--probe", "--timeout-ms", "600000", "--", "sh", "-c", "trap '' TERM; setsid sleep 1000 & sleep 1000"],
            environment: [RunningKeeper.path, "HOSTD_INSTANCE=\(token)"])
        let keeper = try RunningKeeper(process, token: token, in: TemporaryFolder())
        try waitForProcesses(3, withToken: token)
        keeper.signal(number)
        #expect(try keeper.exitCode() == 143)
        #expect(processes(withToken: token).isEmpty)
    }

    @Test func whatCannotBeStartedIsToldInOneLine() throws {
        let missing = try probe(["/nowhere/check"])
        #expect(missing.code == 127 && missing.error == "cannot exec /nowhere/check: No such file or directory\n")
        let refused = try probe(["/etc/passwd"])
        #expect(refused.code == 126 && refused.error == "cannot exec /etc/passwd: Permission denied\n")
        let homeless = try probe(["true"], options: ["--directory", "/nowhere"])
        #expect(homeless.code == 127 && homeless.error == "cannot enter /nowhere: No such file or directory\n")
    }

    @Test(.enabled(if: getuid() == 0, "only root can switch"))
    func identityAndLimitsWorkAsForAService() throws {
        let options = [
            "--uid", "65534", "--gid", "65533", "--groups", "7", "--umask", "027", "--nice", "3", "--rlimit",
            "nofile=99",
            "--directory", "/usr",
        ]
        let result = try probe(["sh", "-c", "id -u; id -g; id -G; umask; nice; ulimit -n; pwd"], options: options)
        #expect(result.output == "65534\n65533\n65533 7\n0027\n3\n99\n/usr\n")
    }

    @Test func theChildIsCleanAndInASessionOfItsOwn() throws {
        let script = "cat /proc/self/status; ls /proc/self/fd; cut -d' ' -f6 /proc/$$/stat; echo $$"
        let lines = try probe(["sh", "-c", script]).output.split(separator: "\n").map(String.init)
        #expect(lines.contains("SigIgn:\t0000000000000000") && lines.contains("SigBlk:\t0000000000000000"))
        // 3 is the folder that ls reads.
        #expect(lines.suffix(6).prefix(4) == ["0", "1", "2", "3"])
        #expect(lines[lines.count - 1] == lines[lines.count - 2])
    }

    @Test func aKilledKeeperTakesItsCheckWithIt() throws {
        let token = newToken()
        let process = try Processes.spawn(
            RunningKeeper.program, ["--probe", "--timeout-ms", "600000", "--", "sleep", "1000"],
            environment: [RunningKeeper.path, "HOSTD_INSTANCE=\(token)"])
        let keeper = try RunningKeeper(process, token: token, in: TemporaryFolder())
        try waitForProcesses(1, withToken: token)
        keeper.kill()
        try waitForProcesses(0, withToken: token)
    }
}
