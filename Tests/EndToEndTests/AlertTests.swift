// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `[[alert]]`, with servers and commands that take what hostd sends.
@Suite struct AlertTests {
    /// Keeps what a command is given, in files named by its first argument.
    private static let script = "cat >>$0.json; echo $HOSTD_ALERT_STATUS $HOSTD_ALERT_SUBJECT >>$0"

    /// A service that is held until its file is there.
    private static func service(_ folder: String) -> String {
        """
        [host]
        name = "box"

        [service.job]
        command = "test -e \(folder)/good || exit 78; exec sleep 1000"
        restart = { hold_on_exit = [78] }

        """
    }

    @Test func everyRouteTellsOfATroubleAndOfItsEndOnce() throws {
        let folder = try TemporaryFolder()
        let (json, slack, mail) = (try WebhookReceiver(), try WebhookReceiver(), try MailReceiver())
        let host = try HostUnderTest(
            Self.service(folder.path) + """
                [[alert]]
                webhook = "\(json.url)"
                on = ["service.held"]
                [[alert]]
                webhook = "\(slack.url)"
                format = "slack"
                on = ["service.*"]
                [[alert]]
                mail = "ops@example.com"
                smtp = "\(mail.url)"
                on = ["service.held"]
                [[alert]]
                exec = ["/bin/sh", "-c", "\(Self.script)", "\(folder.path)/ran"]
                on = ["service.held"]

                """)
        try host.start()
        try host.wait("job", for: "held")
        let first = try json.wait(for: 1)
        #expect(first["status"] == "firing" && first["event"] == "service.held" && first["subject"] == "job")
        #expect(first["host"] == "box" && first["severity"] == "error")
        let line = try #require(try slack.wait(for: 1)["text"]?.text)
        #expect(line.hasPrefix("[box] error: job: held: ") && line.contains("exit 78"))
        try waitUntil("a mail") { mail.gathered.all.count == 1 }
        let letter = try #require(mail.gathered.all.first)
        #expect(letter.contains("RCPT TO:<ops@example.com>") && letter.contains("MAIL FROM:<hostd@box>"))
        #expect(letter.contains("\nSubject: [box] error: service.held job\n") && letter.contains("\n\(line)\n"))
        try waitUntil("the command to run") { (try? Files.readText(folder.path + "/ran")) == "firing job\n" }
        #expect(
            try JSON(parsing: Files.read(folder.path + "/ran.json"))["event"] == "service.held")

        try Files.replace(folder.path + "/good", with: "".utf8)
        #expect(try host.act("start", "job").ok)
        #expect(try json.wait(for: 2)["status"] == "resolved")
        #expect(try slack.wait(for: 2)["text"]?.text?.hasPrefix("[box] resolved: job: ready") == true)
        try waitUntil("the end by mail and command") {
            try mail.gathered.all.count == 2 && Files.readText(folder.path + "/ran") == "firing job\nresolved job\n"
        }

        // Within the quiet time nothing is told of again; a test goes past that.
        unlink(folder.path + "/good")
        _ = try host.act("restart", "job")
        try host.wait("job", for: "held")
        let test = try host.hostctl("alert", "test", "1")
        #expect(test.status == 0 && test.output.contains("delivered"), "\(test.output)")
        #expect(try json.wait(for: 3)["status"] == "test")
        #expect(json.gathered.all.count == 3)
    }

    @Test func whatFailsIsSaidByTestAndStatusWithoutSecrets() throws {
        let folder = try TemporaryFolder()
        let port = try TinyServer.closedPort()
        let host = try HostUnderTest(
            Self.service(folder.path) + """
                [[alert]]
                name = "gone"
                webhook = "http://127.0.0.1:\(port)/very-secret-token"
                on = ["service.held"]
                [[alert]]
                exec = ["/bin/sh", "-c", "echo no such pager; exit 3"]
                on = ["service.held"]

                """)
        try host.start()
        try host.wait("job", for: "held")
        let test = try host.hostctl("alert", "test")
        #expect(test.status == 1)
        #expect(test.output.contains("gone: webhook http://127.0.0.1:\(port)/…: failed: connection refused"))
        #expect(test.output.contains("2: exec /bin/sh: failed: exit 3: no such pager"), "\(test.output)")
        #expect(try host.hostctl("alert", "test", "nobody").status == 4)
        try waitUntil("the condition", seconds: 30) {
            try host.status().conditions.contains { $0.kind == "alert" && $0.reason.contains("alert gone") }
        }
        #expect(try host.hostctl("status").output.contains("alert warn"))
        let shown = try host.hostctl("status", "--json").output + host.hostctl("events").output + host.said
        #expect(!shown.contains("very-secret-token"))
    }

    /// A host whose service is soon held, which goes to this receiver.
    private static func host(in folder: TemporaryFolder, toldBy receiver: WebhookReceiver) throws -> HostUnderTest {
        try HostUnderTest(
            service(folder.path) + """
                [[alert]]
                webhook = "\(receiver.url)"
                on = ["service.held"]

                """)
    }

    @Test func whatWaitsOutlivesAnOutageAndAKillOfHostd() throws {
        let folder = try TemporaryFolder()
        let receiver = try WebhookReceiver()
        receiver.gathered.down = true
        let host = try Self.host(in: folder, toldBy: receiver)
        try host.start()
        try host.wait("job", for: "held")
        try waitUntil("two attempts", seconds: 40) { receiver.refused.all.count >= 2 }
        host.kill()
        receiver.gathered.down = false
        try host.start()
        #expect(try receiver.wait(for: 1, seconds: 40)["event"] == "service.held")
        try waitUntil("the condition to be over") {
            try host.status().conditions.contains { $0.kind == "alert" && $0.isOK }
        }
        #expect(try host.hostctl("alert", "test").status == 0)
        #expect(try receiver.bodies().map { $0["status"] } == ["firing", "test"], "it came once")
    }

    @Test func anEndIsToldAlsoByTheNextHostd() throws {
        let folder = try TemporaryFolder()
        let receiver = try WebhookReceiver()
        let host = try Self.host(in: folder, toldBy: receiver)
        try host.start()
        try host.wait("job", for: "held")
        #expect(try receiver.wait(for: 1)["status"] == "firing")
        // What was told of is kept within a second.
        try waitUntil("the store to know it") {
            let code =
                "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute("
                + "\"SELECT text FROM documents WHERE name LIKE 'alert:%'\").fetchall())"
            let kept = try host.run(at: "/usr/bin/python3", ["-c", code, host.dir + "/state/hostd.db"]).output
            return kept.contains("\"told\":[\"service.held\"]") && kept.contains("\"queue\":[]")
        }
        host.kill()
        try Files.replace(folder.path + "/good", with: "".utf8)
        try host.start()
        #expect(try host.act("start", "job").ok)
        let second = try receiver.wait(for: 2)
        #expect(second["status"] == "resolved" && second["subject"] == "job")
        #expect(try host.hostctl("alert", "test").status == 0)
        #expect(try receiver.bodies().map { $0["status"] } == ["firing", "resolved", "test"], "each came once")
    }

    @Test func anOutageIsOutlastedWithoutARestart() throws {
        let folder = try TemporaryFolder()
        let receiver = try WebhookReceiver()
        receiver.gathered.down = true
        let host = try Self.host(in: folder, toldBy: receiver)
        try host.start()
        try waitUntil("an attempt", seconds: 30) { !receiver.refused.all.isEmpty }
        receiver.gathered.down = false
        #expect(try receiver.wait(for: 1, seconds: 40)["status"] == "firing")
        #expect(try host.hostctl("alert", "test").status == 0)
        #expect(try receiver.bodies().map { $0["status"] } == ["firing", "test"])
    }
}
