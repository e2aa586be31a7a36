// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

@Suite struct BrokenServerTests {
    @Test(
        "an answer that is none",
        arguments: [
            (
                "SSH-2.0-OpenSSH_9.2\r\n",
                "what listens at PATH is not hostd: its answer begins with \"SSH-2.0-OpenSSH_9.2\\r\\n\" "
                    + "(HTTP/1.1 is needed)"
            ),
            (
                "HTTP/1.1 abc\r\n\r\n",
                "what listens at PATH is not hostd: its answer begins with \"HTTP/1.1 abc\\r\\n\\r\\n\" "
                    + "(HTTP/1.1 is needed)"
            ),
            (
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "what listens at PATH is not hostd: its Transfer-Encoding is \"chunked\" (none is needed)"
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n",
                "what listens at PATH is not hostd: its Content-Length is \"-5\""
            ),
            (
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"host\":",
                "the answer of hostd at PATH ends after 8 of 100 bytes"
            ),
            ("HTTP/1.1 200 OK\r\nContent-Le", "hostd at PATH closed the connection without an answer"),
            ("", "hostd at PATH closed the connection without an answer"),
        ])
    func answersThatAreNone(answer: String, message: String) throws {
        let standIn = try StandIn { _ in .bytes(Array(answer.utf8)) }
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(result.err == "hostctl: \(message.replacing("PATH", with: standIn.socket))\n")
        #expect(result.out.isEmpty)
        #expect(result.code == ExitCode.unreachable.rawValue)
    }

    @Test func aQuestionThatAKilledHostdTookWithItIsAskedAgain() throws {
        let isKilled = Mutex(true)
        let standIn = try StandIn { _ in
            let isFirst = isKilled.withLock { value in
                defer { value = false }
                return value
            }
            return isFirst ? .bytes([]) : .json(["jobs": .array([])])
        }
        let result = try Hostctl.run(["job", "list", "--json"], at: standIn)
        #expect(result.code == 0, "\(result)")
        #expect(standIn.questions.count == 2)
    }

    @Test func whatChangesThingsIsAskedOnce() throws {
        let standIn = try StandIn { $0.method == "POST" ? .bytes([]) : .json(["services": .array([])]) }
        let result = try Hostctl.run(["reexec"], at: standIn)
        #expect(result.code == ExitCode.unreachable.rawValue, "\(result)")
        #expect(standIn.questions.count { $0.method == "POST" } == 1)
    }

    @Test(
        "an answer that is not understood",
        arguments: [
            ("{\"host\":", "no JSON at line 1"), ("[]", "the answer is an array (an object is needed)"),
            (
                "{\"host\":{\"name\":\"a\",\"version\":\"9\",\"pid\":1},\"services\":[{\"name\":7}]}",
                "services[0].name is an integer (a string is needed)"
            ),
        ])
    func answersThatAreNotUnderstood(body: String, message: String) throws {
        let standIn = try StandIn { _ in .bytes(Array("HTTP/1.1 200 OK\r\n\r\n\(body)".utf8)) }
        let result = try Hostctl.run(["status"], at: standIn)
        let start =
            "hostctl: hostd at \(standIn.socket) answered what this hostctl \(Release.version) does not understand: "
        #expect(result.err.hasPrefix(start + message), "\(result.err)")
        #expect(result.code == ExitCode.failed.rawValue)
    }

    @Test(arguments: [true, false]) func anAnswerOf100MBIsRefused(announced: Bool) throws {
        let standIn = try StandIn { _ in .zeros(100 << 20, announced: announced) }
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(result.err == "hostctl: the answer of hostd at \(standIn.socket) is longer than 64 MiB\n")
        #expect(result.code == ExitCode.unreachable.rawValue)
    }

    @Test func aHostdThatSaysNothingIsNotWaitedForForever() throws {
        let standIn = try StandIn { _ in .silence }
        let result = try Hostctl.run(["status", "--timeout", "150ms"], at: standIn)
        #expect(
            result.err == """
                hostctl: hostd at \(standIn.socket) has not answered for 0.1 s (--timeout says how long to wait)

                """)
        #expect(result.code == ExitCode.unreachable.rawValue)
    }

    @Test(
        "refusals",
        arguments: [
            (400, ExitCode.usage), (403, .notPermitted), (404, .noSuchName), (405, .failed), (413, .failed),
            (500, .failed),
            (503, .unreachable),
        ])
    func everyRefusalHasItsExitCode(status: Int, code: ExitCode) throws {
        let standIn = try StandIn { _ in .error(status, "this is why", hint: "do that") }
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(result.err == "hostctl: this is why (do that)\n")
        #expect(result.code == code.rawValue)
    }

    @Test func whoIsRefusedUnheardSaysWhy() throws {
        let standIn = try StandIn(refusing: ErrorAnswer("too many connections (at most 128)")) { _ in .silence }
        for _ in 0..<10 {
            let result = try Hostctl.run(["status"], at: standIn)
            #expect(result.err == "hostctl: too many connections (at most 128)\n")
            #expect(result.code == ExitCode.unreachable.rawValue)
        }
    }

    @Test func aRefusalWithoutAReasonSaysItsNumber() throws {
        let standIn = try StandIn { _ in .bytes(Array("HTTP/1.1 502 Bad Gateway\r\n\r\n<html>".utf8)) }
        let result = try Hostctl.run(["status"], at: standIn)
        #expect(result.err == "hostctl: hostd answered 502 without a reason\n")
        #expect(result.code == ExitCode.failed.rawValue)
    }

    @Test func whereNothingListensItSaysWhatToDo() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/hostd.sock"
        let hint = "(is hostd running? systemctl status hostd, or name another socket with --socket or HOSTD_SOCKET)"
        let missing = try Hostctl.run(["status", "--socket", path])
        #expect(missing.err == "hostctl: cannot reach hostd at \(path): No such file or directory \(hint)\n")
        #expect(missing.code == ExitCode.unreachable.rawValue)

        try Files.replace(path, with: [])
        let dead = try Hostctl.run(["start", "gateway", "--socket", path])
        #expect(dead.err == "hostctl: cannot reach hostd at \(path): Connection refused \(hint)\n")
        #expect(dead.code == ExitCode.unreachable.rawValue)

        let long = try Hostctl.run(["status", "--socket", "/" + String(repeating: "x", count: 120)])
        #expect(long.err.hasSuffix("File name too long (a socket's path has at most 107 bytes)\n"))
        #expect(long.code == ExitCode.unreachable.rawValue)
    }

    @Test(.enabled(if: geteuid() == 0, "root is needed to become somebody else"))
    func withoutTheRightToConnectItEndsWith77() throws {
        let folder = try TemporaryFolder()
        let standIn = try StandIn(Samples.answering([]))
        let script = """
            cp "$1" "$2/hostctl" && chmod 755 "$2" "$2/hostctl" &&
            exec setpriv --reuid=65534 --regid=65534 --clear-groups "$2/hostctl" status --socket "$3"
            """
        let result = try Shell.run(script, [Programs.path("hostctl"), folder.path, standIn.socket])
        #expect(
            result.err == """
                hostctl: cannot reach hostd at \(standIn.socket): Permission denied (ask as root, or as a member of \
                admin_group or read_group)

                """)
        #expect(result.code == ExitCode.notPermitted.rawValue)
    }

    @Test func aFullDiskUnderTheOutputIsSaid() throws {
        let standIn = try StandIn(Samples.answering([]))
        let result = try Shell.run(
            "exec \"$1\" status --socket \"$2\" > /dev/full", [Programs.path("hostctl"), standIn.socket])
        #expect(result.err == "hostctl: cannot write the output: No space left on device\n")
        #expect(result.code == ExitCode.failed.rawValue)
    }

    @Test func withoutStdoutNothingReachesTheSocketOfHostd() throws {
        let standIn = try StandIn(Samples.answering([]))
        let result = try Shell.run(
            "exec \"$1\" status --socket \"$2\" <&- >&-", [Programs.path("hostctl"), standIn.socket])
        #expect(result.err.isEmpty)
        #expect(result.code == 0)
    }
}
