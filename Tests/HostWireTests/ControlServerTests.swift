// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostControl
import HostCore
import HostLinux
import HostLoop
import HostWire
import TestKit
import Testing

@MainActor
struct ControlServerTests {
    @Test func aRequestComesWholeAndDecodedAndItsAnswerIsHTTP() throws {
        let test = try ControlUnderTest()
        let answer = try test.answer(
            to: "POST /v1/services/a%20b/start?wait=false&who=J%C3%BCrgen+K&flag HTTP/1.1\r\n"
                + "Host: hostd\r\nContent-Length: 11\r\n\r\n{\"a\": true}")
        let request = try #require(test.requests.first)
        #expect(test.requests.count == 1)
        #expect(request.method == "POST")
        #expect(request.path == ["v1", "services", "a b", "start"])
        #expect(request.query == ["wait": "false", "who": "Jürgen K", "flag": ""])
        #expect(request.body == Array("{\"a\": true}".utf8))
        #expect(answer.status == 200)
        #expect(answer.json == ["path": ["v1", "services", "a b", "start"]])
        #expect(answer.head.contains("Content-Type: application/json"))
        #expect(answer.head.contains("Cache-Control: no-store"))
        #expect(answer.head.contains("Connection: close"))
    }

    @Test func whoAsksIsWhatTheKernelSays() throws {
        let test = try ControlUnderTest()
        _ = try test.get("/")
        #expect(test.requests.map(\.peer) == [.process(PeerCredentials(pid: getpid(), uid: geteuid(), gid: getegid()))])
    }

    @Test func anAnswerMayComeLaterAndOnlyTheFirstCounts() throws {
        var kept: ControlResponder?
        let test = try ControlUnderTest { _, responder in kept = responder }
        try test.after(milliseconds: 50) {
            #expect(kept?.isOpen == true)
            kept?.finish(status: 202, text: "first")
            #expect(kept?.isOpen == false)
            kept?.finish(status: 500, text: "second")
        }
        let answer = try test.get("/v1/events")
        #expect(answer.status == 202)
        #expect(answer.body == "first")
        #expect(answer.head.contains("Content-Type: text/plain; charset=utf-8"))
    }

    @Test func aRequestThatNobodyAnswersIsAnError() throws {
        let test = try ControlUnderTest { _, _ in }
        let answer = try test.get("/")
        #expect(answer.status == 500)
        #expect(answer.json == ["error": "hostd has no answer to this request", "hint": nil])
    }

    @Test func headersOfAnAnswerAreSentAlong() throws {
        let test = try ControlUnderTest { _, responder in
            responder.finish(status: 404, json: ["error": "no"], headers: [(name: "Allow", value: "GET")])
        }
        let answer = try test.get("/")
        #expect(answer.status == 404)
        #expect(answer.head.contains("Allow: GET"))
    }

    @Test func headAnswersTheHeaderAlone() throws {
        let test = try ControlUnderTest()
        let answer = try test.answer(to: "HEAD /v1/status HTTP/1.1\r\nHost: hostd\r\n\r\n")
        #expect(test.requests.map(\.method) == ["HEAD"])
        #expect(answer.status == 200)
        #expect(answer.head.contains("Content-Length: 24"))
        #expect(answer.body.isEmpty)
    }

    @Test func oneConnectionCarriesOneRequest() throws {
        let test = try ControlUnderTest()
        let answer = try test.answer(
            to: "GET /first HTTP/1.1\r\nHost: h\r\n\r\nGET /second HTTP/1.1\r\nHost: h\r\n\r\n")
        #expect(answer.json == ["path": ["first"]])
        #expect(test.requests.map(\.path) == [["first"]])
    }

    @Test func aChunkedBodyIsPutTogether() throws {
        let test = try ControlUnderTest()
        let answer = try test.answer(
            to: "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4\r\ndefg\r\n0\r\n\r\n")
        #expect(answer.status == 200)
        #expect(test.requests.first?.body == Array("abcdefg".utf8))
    }

    @Test func aClientThatWaitsToBeToldMaySendItsBody() throws {
        let test = try ControlUnderTest()
        let read = try test.run { client in
            client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            let interim = client.read(until: "\r\n\r\n")
            client.send("hi")
            return interim + client.readAll()
        }
        #expect(read.hasPrefix("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"), "\(read)")
        #expect(test.requests.first?.body == Array("hi".utf8))
    }

    @Test(arguments: ["/%", "/%2", "/%zz", "/a%00b", "/%ff", "/?a=1&a=2", "*", "http://x/"])
    func aTargetThatIsNoneIsRefusedInWords(target: String) throws {
        let test = try ControlUnderTest()
        let answer = try test.get(target)
        #expect(answer.status == 400)
        #expect(answer.json["error"]?.text?.isEmpty == false, "\(answer)")
        #expect(test.requests.isEmpty)
    }

    @Test(arguments: [
        "\0\0\0\0\r\n\r\n", "hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\u{16}\u{3}\u{1}\r\n\r\n",
    ])
    func whatIsNoHTTPIsClosedAndNoHandlerSeesIt(bytes: String) throws {
        let test = try ControlUnderTest(limits: ControlLimits(headerDeadline: .milliseconds(200)))
        let answer = try test.answer(to: bytes)
        #expect(answer.status == 0 || (400...599).contains(answer.status))
        #expect(test.requests.isEmpty)
        #expect(try test.get("/next").status == 200, "the server goes on")
    }

    @Test func aClientThatGoesInTheMiddleOfItsHeaderLeavesNothingBehind() throws {
        let test = try ControlUnderTest()
        _ = try test.run { client in client.send("GET / HT") }
        try test.drain()
        #expect(test.requests.isEmpty)
    }

    @Test func whatWaitsCostsNoWakeUps() throws {
        var kept: ControlResponder?
        let test = try ControlUnderTest { _, responder in kept = responder }
        let isAsked = Gate()
        let isDone = Gate()
        var turns = 0
        try test.after(milliseconds: 200) {
            isAsked.pass()
            turns = test.loop.turns
        }
        try test.after(milliseconds: 600) {
            turns = test.loop.turns - turns
            kept?.finish(status: 200, text: "")
            isDone.open()
        }
        let asking: ControlUnderTest.Client<Void> = { client in
            client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n")
            isAsked.open()
            _ = client.readAll()
        }
        let silent: ControlUnderTest.Client<Void> = { client in
            client.send("GET / HT")
            isDone.pass()
        }
        _ = try test.run([asking, silent])
        #expect(turns <= 5, "a request that is being handled and one that has not come")
    }

    @Test func theSocketIsForItsOwnerAloneAndGoesWithTheServer() throws {
        let test = try ControlUnderTest()
        var info = stat()
        #expect(stat(test.path, &info) == 0)
        #expect(info.st_mode & 0o777 == 0o600)
        test.close()
        #expect(!Files.exists(test.path))
    }

    @Test func aSocketThatStandsThereIsReplacedAndItsOwnerDoesNotTakeTheNewOneAway() throws {
        let test = try ControlUnderTest()
        let second = try ControlServer(loop: test.loop.events, socketPath: test.path) { _, responder in
            responder.finish(status: 200, text: "second")
        }
        test.close()
        #expect(Files.exists(test.path))
        #expect(try test.get("/").body == "second")
        withExtendedLifetime(second) {}
    }

    @Test func aPathThatIsTooLongForASocketSaysSo() throws {
        let loop = try TestLoop()
        let path = "/tmp/" + String(repeating: "x", count: 103)
        let error = #expect(throws: SystemError.self) {
            try ControlServer(loop: loop.events, socketPath: path) { _, _ in }
        }
        #expect(error?.code == ENAMETOOLONG)
        #expect(error?.description.contains("108 bytes; a socket's path has at most 107") == true)
    }

    @Test func aFolderThatIsNotThereSaysSo() throws {
        let loop = try TestLoop()
        let error = #expect(throws: SystemError.self) {
            try ControlServer(loop: loop.events, socketPath: "/nowhere/hostd.sock") { _, _ in }
        }
        #expect(error?.description == "cannot bind /nowhere/hostd.sock: No such file or directory")
    }
}
