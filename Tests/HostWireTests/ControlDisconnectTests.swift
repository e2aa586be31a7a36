// SPDX-License-Identifier: Apache-2.0

import HostControl
import HostCore
import HostLinux
import HostLoop
import HostWire
import TestKit
import Testing

@MainActor
struct ControlDisconnectTests {
    private nonisolated static let request = "GET /v1/events HTTP/1.1\r\nHost: hostd\r\n\r\n"

    @Test func aClientThatGoesIsToldToTheHandlerOnce() throws {
        var kept: ControlResponder?
        var told = 0
        let asked = Gate()
        let test = try ControlUnderTest { _, responder in
            kept = responder
            responder.onDisconnect = { told += 1 }
            asked.open()
        }
        try test.run { client in
            client.send(Self.request)
            asked.pass()
        }
        try test.drain()
        let responder = try #require(kept)
        #expect(told == 1)
        #expect(!responder.isOpen)
        responder.finish(status: 200, text: "nobody reads this")
        #expect(told == 1)
    }

    @Test func aClientThatOnlyEndsItsSendingStillGetsItsAnswer() throws {
        var kept: ControlResponder?
        var told = 0
        let test = try ControlUnderTest { _, responder in
            kept = responder
            responder.onDisconnect = { told += 1 }
        }
        try test.after(milliseconds: 100) { kept?.finish(status: 200, text: "for you") }
        let read = try test.run { client in
            client.send(Self.request)
            client.endSending()
            return client.readAll()
        }
        #expect(Answer(read).body == "for you")
        #expect(told == 0)
    }

    @Test func closingTheServerTellsEveryHandlerAndCutsEveryClient() throws {
        var kept: [ControlResponder] = []
        var told = 0
        var close: (() -> Void)?
        let test = try ControlUnderTest { _, responder in
            responder.onDisconnect = { told += 1 }
            kept.append(responder)
            if kept.count == 5 { close?() }
        }
        close = { test.loop.events.later { test.close() } }
        let client: ControlUnderTest.Client<String> = { client in
            client.send(Self.request)
            return client.readAll()
        }
        #expect(try test.run(Array(repeating: client, count: 5)) == Array(repeating: "", count: 5))
        #expect(told == 5)
        #expect(kept.allSatisfy { !$0.isOpen })
        kept.forEach { $0.finish(status: 200, text: "too late") }
        #expect(!Files.exists(test.path))
    }

    @Test func aServerMayBeClosedRightAfterAnAnswer() throws {
        var close: (() -> Void)?
        let test = try ControlUnderTest { _, responder in
            responder.finish(status: 200, text: "goodbye")
            close?()
        }
        close = { test.loop.events.later { test.close() } }
        _ = try test.answer(to: Self.request)
        #expect(test.requests.count == 1)
        #expect(test.server == nil)
    }
}
