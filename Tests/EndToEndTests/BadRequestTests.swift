// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Bad input on the control socket of a real hostd: it is answered or cut, and nothing that runs notices.
@Suite struct BadRequestTests {
    private static let status = "GET /v1/status HTTP/1.1\r\nHost: h\r\n\r\n"

    @Test func garbageIsRefused() throws {
        let test = try UndisturbedHost()
        var seed: UInt64 = 42
        let clients = try (0..<60).map { number in
            let client = try RawClient(test.host)
            client.send(
                (0..<(number * 37)).map { _ in
                    seed = seed &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                    return UInt8(truncatingIfNeeded: seed >> 33)
                })
            client.endSending()
            return client
        }
        for client in clients.dropFirst() { #expect([0, 400].contains(try client.answer().status)) }
        try test.check()
    }

    @Test func whoDripsIsCutAndHoldsUpNobody() throws {
        let test = try UndisturbedHost()
        let clients = try (0..<40).map { _ in try RawClient(test.host) }
        for client in clients { client.send("GET /v1/status HTTP/1.1\r\nX: ") }
        var statuses: Set<Int> = []
        try waitUntil("all to be cut", seconds: 60) {
            for client in clients { client.send("x") }
            statuses.insert(try test.host.request("GET", "/v1/conditions").status)
            return clients.allSatisfy(\.hasAnswer)
        }
        #expect(statuses == [200], "others are answered all the while")
        for client in clients { #expect(try client.answer().status == 408) }
        try test.check()
    }

    @Test(.enabled(if: getuid() == 0, "needs root to ask as others"))
    func fiveHundredConnectionsOfAUserLeaveRootItsAnswer() throws {
        let test = try UndisturbedHost("[control]\nread_group = \"nogroup\"\n")
        chmod(test.host.dir, 0o711)
        let crowd = try Crowd(test.host, uid: 65534, connections: 500)
        for _ in 0..<5 { #expect(try test.host.run("hostctl", ["--dir", test.host.dir, "status"]).status == 0) }
        let answers = try crowd.end()
        #expect(answers == "484 refused", "sixteen have a place, the others are told that they have none")
        try test.check()
    }

    @Test func fiveHundredSilentConnectionsOfRootMakeRoom() throws {
        let test = try UndisturbedHost()
        let clients = try (0..<500).map { _ in try RawClient(test.host) }
        try waitUntil("an answer beside them") { (try? test.host.request("GET", "/v1/status"))?.status == 200 }
        for _ in 0..<20 { #expect(try test.host.request("GET", "/v1/status").status == 200) }
        #expect(try clients[499].answer().status == 503)
        withExtendedLifetime(clients) {}
        try test.check()
    }

    @Test func aBodyOfAGigabyteIsRefusedUnread() throws {
        let test = try UndisturbedHost()
        let before = try test.residentBytes()
        let announced = try RawClient(test.host)
        announced.send("POST /v1/services/sleeper/stop HTTP/1.1\r\nHost: h\r\nContent-Length: 1073741824\r\n\r\n")
        #expect(try announced.answer().status == 413)
        let chunked = try RawClient(test.host)
        chunked.send("POST /v1/services/sleeper/stop HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n")
        let chunk = Array("10000\r\n".utf8) + [UInt8](repeating: 0x78, count: 65536) + Array("\r\n".utf8)
        var sent = 0
        var rest = chunk[...]
        try waitUntil("the server to have enough, or a gigabyte to be sent", seconds: 120) {
            while sent < 64 << 20 {
                let count = chunked.send(Array(rest))
                guard count > 0 else { return count < 0 }
                sent += count
                rest = rest.count == count ? chunk[...] : rest.dropFirst(count)
            }
            return true
        }
        if rest.count == chunk.count { chunked.send("0\r\n\r\n") } else { chunked.endSending() }
        #expect([0, 400, 413].contains(try chunked.answer().status))
        #expect(try test.residentBytes() - before < 16 << 20)
        try test.check()
    }

    @Test func endlessHeadersAreRefused() throws {
        let test = try UndisturbedHost()
        for field in ["X: " + String(repeating: "x", count: 900) + "\r\n", "Y", "a: b\r\n"] {
            let client = try RawClient(test.host)
            client.send("GET /v1/status HTTP/1.1\r\n")
            try waitUntil("the server to have enough") { client.send(field) < 0 || client.hasAnswer }
            #expect([408, 431].contains(try client.answer().status))
        }
        try test.check()
    }

    @Test(arguments: ["%FF%FE", "%C3%28", "a%00b", "%0A", "%2E%2E%2F", "\u{1F600}", "G%41TEWAY"])
    func aNameThatIsNoneIsRefused(name: String) throws {
        let test = try UndisturbedHost()
        for verb in ["", "/logs", "/stop"] {
            let method = verb == "/stop" ? "POST" : "GET"
            let (status, body) = try test.host.request(method, "/v1/services/\(name)\(verb)")
            #expect([400, 404].contains(status))
            #expect(try ErrorAnswer(json: try JSON(parsing: body)).error.isEmpty == false)
        }
        try test.check()
    }

    @Test func bytesThatAreNoTextAreRefused() throws {
        let test = try UndisturbedHost()
        let client = try RawClient(test.host)
        client.send(Array("POST /v1/services/".utf8) + [0xFF, 0xC3] + Array("/stop HTTP/1.1\r\nHost: h\r\n\r\n".utf8))
        #expect(try client.answer().status == 400)
        try test.check()
    }

    @Test func halfOpenAndClosedConnectionsLeaveNothing() throws {
        let test = try UndisturbedHost()
        for number in 0..<300 {
            let client = try RawClient(test.host)
            if number.isMultiple(of: 2) { client.send(String(Self.status.prefix(number % 40))) }
            if number.isMultiple(of: 3) { client.endSending() }
        }
        let halves = try (0..<20).map { _ in
            let client = try RawClient(test.host)
            client.send(Self.status)
            client.endSending()
            return client
        }
        for client in halves { #expect(try client.answer().status == 200) }
        try test.check()
    }

    @Test func clientsThatDoNotReadTheirAnswerHoldUpNobody() throws {
        let host = try HostUnderTest(
            """
            [service.talker]
            command = "seq 1 400000; exec sleep 1000"

            """)
        try host.start()
        let pid = try host.waitReady("talker")
        try waitUntil("its output") { try host.logged("talker").hasSuffix("400000\n") }
        let clients = try (0..<12).map { _ in
            let client = try RawClient(host)
            client.send("GET /v1/services/talker/logs?lines=10000 HTTP/1.1\r\nHost: h\r\n\r\n")
            return client
        }
        for _ in 0..<20 { #expect(try host.request("GET", "/v1/status").status == 200) }
        // On a slow machine the last of them are told that too much is being read.
        let statuses = try clients.map { try $0.answer().status }
        #expect(statuses.first == 200)
        #expect(statuses.allSatisfy { $0 == 200 || $0 == 503 })
        #expect(try host.status("talker").pid == pid)
    }

    @Test func ofPipelinedRequestsTheFirstAloneIsDone() throws {
        let test = try UndisturbedHost()
        let client = try RawClient(test.host)
        client.send(Self.status + "POST /v1/services/sleeper/stop HTTP/1.1\r\nHost: h\r\n\r\n")
        let answer = try client.answer()
        #expect(answer.status == 200)
        #expect(answer.text.components(of: "HTTP/1.1 ") == 1)
        try test.check()
    }

    @Test func withoutDescriptorsItRecovers() throws {
        let test = try UndisturbedHost()
        let limit = try Files.list("/proc/\(test.host.pid)/fd").count + 4
        func setLimit(_ value: String) throws {
            let result = try test.host.run(
                at: "/usr/bin/prlimit", ["--pid", "\(test.host.pid)", "--nofile=\(value):"])
            #expect(result.status == 0, "\(result.output)")
        }
        try setLimit("\(limit)")
        let clients = try (0..<30).map { _ in
            let client = try RawClient(test.host)
            client.send("GET /v1/status HTTP/1.1\r\n")
            return client
        }
        for client in clients { client.send("Host: h\r\n\r\n") }
        for client in clients.prefix(10) { _ = try client.answer() }
        try setLimit("1024")
        for client in clients.dropFirst(10) { #expect(try client.answer().status == 200) }
        try test.check()
    }

    @Test func aSocketPathThatIsTooLongIsSaidPlainly() throws {
        let host = try HostUnderTest("")
        let deep = host.dir + "/" + String(repeating: "d", count: 100)
        try Files.makeFolder(deep)
        let result = try host.run("hostd", ["--dir", deep])
        #expect(result.status == 1)
        #expect(result.output.contains("room for 107 (choose a shorter folder)"), "\(result.output)")
    }
}

/// Many connections of another user, made by a process of that user.
private final class Crowd {
    private let folder: TemporaryFolder
    private let pidfd: Descriptor

    private static let code = """
        import os, select, socket, sys
        path, marker, uid, count = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
        os.setgroups([])
        os.setgid(uid)
        os.setuid(uid)
        clients = []
        for _ in range(count):
            client = socket.socket(socket.AF_UNIX)
            client.connect(path)
            clients.append(client)
        poll = select.poll()
        for client in clients: poll.register(client, select.POLLIN)
        refused = set()
        while len(refused) < count - 16:
            for number, _ in poll.poll(10000):
                poll.unregister(number)
                refused.add(number)
        with open(marker + "/answers", "w") as file: file.write(f"{len(refused)} refused")
        while os.path.exists(marker + "/answers"): select.select([], [], [], 0.01)
        """

    init(_ host: HostUnderTest, uid: Int, connections: Int) throws {
        folder = try TemporaryFolder()
        chmod(folder.path, 0o777)
        let arguments = ["-c", Self.code, host.dir + "/run/hostd.sock", folder.path, "\(uid)", "\(connections)"]
        pidfd = try Processes.spawn("/usr/bin/python3", arguments).takeDescriptor()
        try waitUntil("the crowd", seconds: 60) { Files.exists(folder.path + "/answers") }
    }

    /// What became of them.
    func end() throws -> String {
        let answers = try Files.readText(folder.path + "/answers")
        try Files.remove(folder.path + "/answers")
        return answers
    }

    deinit { Processes.signal(pidfd, SIGKILL) }
}

extension String {
    /// How often `text` stands in it.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
