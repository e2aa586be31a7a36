// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

@testable import HostLogs

@Suite struct ProtocolTests {
    private static let own = ServiceName("own").unsafelyUnwrapped

    static let messages: [(LoggerMessage, String)] = [
        (
            .log(
                name: "gateway",
                LogSpecification(
                    rotateEvery: .seconds(3600), maxAge: .seconds(60), timestamps: .inline, whenFull: .drop)),
            "log\tgateway\tmax_size=16777216\trotate_every=3600\tdaily=no\tkeep=8\tmax_age=60"
                + "\ttotal=1073741824\tcompress=yes\ttimestamps=inline\tjournal=no\twhen_full=drop\tstreams=merged\n"
        ),
        (
            .pipe(log: "web/stderr", instance: "web.3/err", fifo: "/run/h/web.3/err", tail: "/run/h/web.3/err.tail"),
            "pipe\tweb/stderr\tweb.3/err\t/run/h/web.3/err\t/run/h/web.3/err.tail\n"
        ),
        (.host(totalBytes: 5000), "host\ttotal=5000\n"),
        (
            .foreign(
                ForeignLogSpecification(
                    name: own, path: "/tmp/a\tb%/*.log", method: .truncate, maxSizeBytes: 1000, keep: 3,
                    maxAge: .seconds(60), totalBytes: 5000, reopen: .exec(["sh", "-c", "echo\n%09"]), user: "agent")),
            "foreign\town\tpath=/tmp/a%09b%25/*.log\tmethod=truncate\tmax_size=1000\tkeep=3\tmax_age=60"
                + "\ttotal=5000\tuser=agent\texec=sh\texec=-c\texec=echo%0A%2509\n"
        ),
        (
            .foreign(ForeignLogSpecification(name: own, path: "/x.log", reopen: .signal(10, service: own))),
            "foreign\town\tpath=/x.log\tmethod=delete\tsignal=10\tservice=own\n"
        ),
        (.drop(instance: "gateway.17"), "drop\tgateway.17\n"),
        (.begin, "begin\n"), (.commit, "commit\n"), (.quit, "quit\n"),
    ]

    @Test(arguments: messages)
    func aMessageIsALineAndIsReadBack(_ message: LoggerMessage, _ line: String) {
        #expect(message.line == line)
        #expect(LoggerMessage(line: line.dropLast()) == message)
    }

    @Test func aSettingOfALaterVersionIsPassedOverAndOneThatIsNotThereHasItsDefault() {
        #expect(
            LoggerMessage(line: "log\tgateway\tcolour=red\tkeep=1")
                == .log(name: "gateway", LogSpecification(keep: 1)))
    }

    @Test(arguments: [
        "", "log", "begin\t", "commit now", "quit\tquit", "drop", "drop\t", "drop\ta b", "hello",
        "log\tgateway", "log\tgateway\tmax_size=0\tkeep=1", "log\tgateway\tmax_size=1\tkeep=-1",
        "log\tgateway\tkeep", "log\tgateway\tmax_size=1KiB\tkeep=1", "log\t../etc\tmax_size=1\tkeep=1",
        "log\tgateway\tmax_size=99999999999999999999\tkeep=1", "log\tgateway\tcompress=1",
        "log\tgateway\ttimestamps=both", "log\tgateway\twhen_full=",
        "host", "host\t5", "host\ttotal=-1", "foreign\town", "foreign\tOwn\tpath=/x",
        "foreign\town\tmethod=delete",
        "foreign\town\tpath=x.log", "foreign\town\tpath=/x\tmethod=copy", "foreign\town\tpath=/x\tkeep=-1",
        "foreign\town\tpath=/x\tservice=web",
        "pipe\tgateway\tgateway.1\trelative/out\t/run/tail", "pipe\tgateway\tgateway.1\t/run/out",
        "pipe\tgateway\t\t/run/out\t/run/tail", "pipe\tgateway/x\tgateway.1\t/run/out\t/run/tail",
    ])
    func whatIsNoMessageIsRefused(_ line: String) {
        #expect(LoggerMessage(line: line) == nil)
    }

    static let replies: [(LoggerReply, String)] = [
        (.ok, "ok\n"), (.reopen(name: "own"), "reopen\town\n"),
        (.drained(instance: "gateway.17"), "drained\tgateway.17\n"),
        (
            .lost(name: "web", Loss(lines: 3, bytes: 40, fromMicroseconds: 5, toMicroseconds: 6)),
            "lost\tweb\t3\t40\t5\t6\n"
        ),
        (.error(name: "gateway", text: "cannot write x: No space"), "error\tgateway\tcannot write x: No space\n"),
    ]

    @Test(arguments: replies)
    func aReplyIsALineAndIsReadBack(_ reply: LoggerReply, _ line: String) {
        #expect(reply.line == line)
        #expect(LoggerReply(line: line.dropLast()) == reply)
    }

    @Test func theTextOfAnErrorStaysOnItsLine() {
        let line = LoggerReply.error(name: "-", text: "\"a\tb\nc\r\nd\" is no message").line
        #expect(line == "error\t-\t\"a b c d\" is no message\n")
    }

    @Test(arguments: [
        "", "ok\t", "drained", "drained\ta\tb", "error\tgateway", "fine", "lost\tweb\t3",
        "lost\tweb\t-3\t40\t5\t6",
    ])
    func whatIsNoReplyIsRefused(_ line: String) {
        #expect(LoggerReply(line: line) == nil)
    }
}
