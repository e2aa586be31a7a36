// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// hostd as a unit: what it tells the service manager, and what that never costs.
@Suite struct ManagerTests {
    private let manager: ManagerUnderTest

    init() throws {
        manager = try ManagerUnderTest()
    }

    private func host(_ configuration: String, _ more: [String: String] = [:]) throws -> HostUnderTest {
        try HostUnderTest(configuration, environment: more.merging(["NOTIFY_SOCKET": manager.path]) { old, _ in old })
    }

    @Test func readyIsToldWhenTheControlSocketIsServed() throws {
        let host = try host("[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n")
        try host.launch()
        try manager.wait(for: "READY=1") { $0["READY"] == "1" && $0["STATUS"] != nil }
        #expect(try host.status().services.map(\.name) == ["sleeper"])
    }

    @Test func theStatusIsKeptCurrentInPeoplesWords() throws {
        let host = try host("")
        try host.configure(
            """
            [service.steady]
            command = ["sleep", "1000"]
            [service.down]
            command = ["sleep", "1000"]
            autostart = false
            [service.picky]
            command = "exit 78"
            [service.loop]
            command = "test -e \(host.dir)/permit && exec sleep 1000; exit 7"
            restart = { backoff = "30s", max_backoff = "30s", jitter = "0%", burst = 0 }
            """)
        try host.start()
        try waitUntil("the status to name what is wrong") {
            manager.newest("STATUS") == "1 of 3 services ready, 1 stopped; picky: held; loop: backoff 30 s"
        }
        try Files.replace(host.dir + "/permit", with: [])
        _ = try host.act("restart", "loop")
        _ = try host.act("stop", "picky")
        try waitUntil("the status to be good again") {
            manager.newest("STATUS") == "2 of 2 services ready, 2 stopped"
        }
    }

    @Test func keepAlivesGoOnWhileTheStoreIsInTrouble() throws {
        let host = try host("", ["WATCHDOG_USEC": "150000"])
        try Files.makeFolder(host.dir + "/state/hostd.db/in-the-way")
        try host.start()
        try manager.wait(for: "the status to tell of the store") {
            $0["STATUS"] == "no services configured; condition store: warn"
        }
        let before = manager.messages().count { $0["WATCHDOG"] == "1" }
        try waitUntil("further keep-alives") {
            manager.messages().count { $0["WATCHDOG"] == "1" } > before + 3
        }
    }

    @Test func keepAlivesAreNotForAnotherProcess() throws {
        let host = try host("", ["WATCHDOG_USEC": "20000", "WATCHDOG_PID": "1"])
        try host.start()
        #expect(try host.stop() == 0)
        #expect(manager.messages().contains { $0["STOPPING"] == "1" })
        #expect(!manager.messages().contains { $0["WATCHDOG"] != nil })
    }

    @Test func aStopIsToldAndAsksForTheTimeThatItTakes() throws {
        let host = try host(
            """
            [service.slow]
            command = "trap '' TERM; sleep 1000 & wait; wait"
            stop = { grace = "300ms" }
            """)
        try host.start()
        try host.waitReady("slow")
        #expect(try host.stop() == 0)
        let messages = manager.messages()
        let stopping = try #require(messages.firstIndex { $0["STOPPING"] == "1" })
        #expect(messages[stopping]["STATUS"] == "stopping, 1 of 1 services still up; slow: stopping")
        let time = try #require(messages[stopping...].compactMap { $0["EXTEND_TIMEOUT_USEC"] }.first)
        #expect(time == "15000000")
    }

    @Test func aManagerThatDoesNotReadHoldsNothingUpAndHearsTheLastWordOnEverything() throws {
        let filler = try DatagramSender(to: manager.path)
        while filler.send([UInt8](repeating: 120, count: 16)) == .sent {}
        let host = try host("[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n", ["WATCHDOG_USEC": "30000"])
        try host.start()
        try host.waitReady("sleeper")
        // Each start proves itself for half a second, so that each has a status of its own.
        for _ in 0..<20 { #expect(try host.act("restart", "sleeper").ok) }
        #expect(!manager.messages().contains { $0["READY"] != nil })
        try manager.wait(for: "READY=1, told later") { $0["READY"] == "1" }
        try waitUntil("the newest status") { manager.newest("STATUS") == "1 of 1 services ready" }
    }

    private static func freeAddress() throws -> String {
        let any = try #require(SocketAddress.literals(host: "127.0.0.1", port: 0)?.first)
        let socket = try ListeningSockets.open(any)
        return try #require(ListeningSockets.address(of: socket.raw)?.text)
    }

    @Test func socketsForServicesAreKeptByTheManagerUntilTheServiceRests() throws {
        let address = try Self.freeAddress()
        let host = try host("[service.web]\ncommand = [\"sleep\", \"1000\"]\nlisten = [\"\(address)\"]\n")
        try host.start()
        try host.waitReady("web")
        let name = "held." + address.replacing(":", with: "-")
        try manager.wait(for: "the socket") {
            $0["FDSTORE"] == "1" && $0["FDNAME"] == name && $0["FDPOLL"] == "0"
        }
        #expect(!manager.messages().contains { $0["FDSTOREREMOVE"] != nil })
        #expect(try host.act("stop", "web").ok)
        try manager.wait(for: "its end") { $0["FDSTOREREMOVE"] == "1" && $0["FDNAME"] == name }
    }

    @Test func whatTheManagerGaveHostdReachesNoChild() throws {
        let own = [
            "WATCHDOG_USEC": "10000000", "LISTEN_FDS": "1", "LISTEN_PID": "1", "LISTEN_FDNAMES": "x",
            "JOURNAL_STREAM": "1:2", "INVOCATION_ID": "cafe", "CREDENTIALS_DIRECTORY": "/run/x", "MAINPID": "1",
            "SYSTEMD_EXEC_PID": "1",
        ]
        let host = try host("[service.teller]\ncommand = \"env; exec sleep 1000\"\n", own)
        try host.start()
        try host.waitReady("teller")
        let text = try waitFor("the environment to be logged") { () -> String? in
            guard let text = try? host.logged("teller"), text.contains("HOSTD_INSTANCE=") else { return nil }
            return text
        }
        let names = Set(text.split(separator: "\n").compactMap { $0.split(separator: "=").first })
        #expect(names.isDisjoint(with: own.keys.map { Substring($0) }))
        #expect(!text.contains(manager.path))
    }
}
