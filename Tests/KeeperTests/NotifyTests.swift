// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// What a tree says of itself on its notify socket.
@Suite struct NotifyTests {
    /// `say(TEXT…)` sends each text as one message; `pause` waits for the test.
    static let perl = """
        use Socket; socket(S, AF_UNIX, SOCK_DGRAM, 0) or die; my $to = sockaddr_un($ENV{NOTIFY_SOCKET});
        sub say { defined send(S, $_, 0, $to) or die "send: $!" for @_ }
        sub pause { select undef, undef, undef, 0.05 while 1 }

        """

    static func keeper(_ script: String, _ options: [String] = []) throws -> RunningKeeper {
        let folder = try TemporaryFolder()
        return try RunningKeeper(
            ["--notify", "required"] + options, ["perl", "-e", perl + script],
            environment: [RunningKeeper.path, "NOTIFY_SOCKET=\(folder.path)/notify.sock"], in: folder)
    }

    /// Waits for a record of which `condition` holds.
    private func record(
        of keeper: RunningKeeper, where condition: (FieldText) -> Bool
    ) throws -> FieldText {
        try waitFor("the notify record") { keeper.recordNow("notify").flatMap { condition($0) ? $0 : nil } }
    }

    @Test func whatWasSaidIsRecordedAndRung() throws {
        let before = Clock.now.nanoseconds
        let keeper = try Self.keeper("say('READY=1'); pause")
        let ring = try #require(try keeper.bell.ring("notify").record)
        let record = try record(of: keeper) { $0["ready_count"] == "1" }
        #expect(ring == record)
        #expect(record["instance"] == "test.1" && record["token"] == keeper.token && record["epoch"] == "this epoch")
        #expect(record.integer("pid") == (try keeper.mainPid()))
        let at = try #require(record.integer("ready_ns", as: Int64.self))
        #expect(at >= before && at <= Clock.now.nanoseconds)
        #expect(record["status"] == nil && record["watchdog_count"] == nil)
    }

    @Test func theLastValueIsKeptWithCountAndTime() throws {
        let keeper = try Self.keeper(
            "say(\"STATUS=one\\nX_PROGRESS=7/9\", 'STATUS=two', 'X_CHECKPOINT=/tmp/c=1', 'RELOADING=1'); pause")
        let record = try record(of: keeper) { $0["reloading_count"] == "1" }
        #expect(record["status"] == "two" && record["status_count"] == "2" && record["x_progress"] == "7/9")
        #expect(record["x_checkpoint"] == "/tmp/c=1" && record["x_progress_count"] == "1")
    }

    @Test func aBeatIsRecordedAndNotRung() throws {
        let keeper = try Self.keeper("say('WATCHDOG=1') for 1..3; say('WATCHDOG=trigger'); pause")
        let record = try record(of: keeper) { $0["trigger_count"] == "1" }
        #expect(record["watchdog_count"] == "3" && record["watchdog_ns"] != nil)
        let silent = try Self.keeper("say('WATCHDOG=1'); pause")
        _ = try self.record(of: silent) { $0["watchdog_count"] == "1" }
        silent.signal(41, value: 0)
        _ = try silent.bell.ring("gone")
        #expect(!silent.bell.events.contains("notify"))
    }

    @Test func anExtensionIsKeptAsTheLatestTimeThatWasAskedFor() throws {
        let keeper = try Self.keeper(
            "say('EXTEND_TIMEOUT_USEC=60000000', 'EXTEND_TIMEOUT_USEC=1000', 'STATUS=end'); pause")
        let record = try record(of: keeper) { $0["status"] == "end" }
        let until = try #require(record.integer("extend_until_ns", as: Int64.self))
        let last = try #require(record.integer("extend_timeout_usec_ns", as: Int64.self))
        #expect(record["extend_timeout_usec"] == "1000" && record["extend_timeout_usec_count"] == "2")
        #expect(until > last + 50_000_000_000 && until <= last + 60_000_000_000)
    }

    @Test(arguments: [
        "READY=0", "READY", "READY=1x", "=1", "ready=1", "WATCHDOG=2", "WATCHDOG=", "EXTEND_TIMEOUT_USEC=-5",
        "EXTEND_TIMEOUT_USEC=", "EXTEND_TIMEOUT_USEC=1s", "EXTEND_TIMEOUT_USEC=0",
        "EXTEND_TIMEOUT_USEC=18446744073709551615", "EXTEND_TIMEOUT_USEC=99999999999999999999", "FDSTORE=1", "",
        "STATUS=a\\x00b", "\\n\\n\\n", "\\xff\\xfe",
    ])
    func whatIsNoneOfTheWordsChangesNothing(message: String) throws {
        let keeper = try Self.keeper("say(\"\(message)\"); say('READY=1'); pause")
        let record = try record(of: keeper) { $0["ready_count"] == "1" }
        let own: Set = [
            "instance", "token", "epoch", "keeper_pid", "keeper_start", "pid", "start", "wall_ms", "monotonic_ns",
        ]
        #expect(Set(record.values.keys).subtracting(own) == ["ready_count", "ready_ns"])
    }

    @Test func aMessageThatIsTooLongIsIgnored() throws {
        let keeper = try Self.keeper("say('STATUS=' . 'x' x 4090); say('READY=1'); pause")
        #expect(try record(of: keeper) { $0["ready_count"] == "1" }["status"] == nil)
    }

    @Test func aLongValueIsCutBetweenTwoCharacters() throws {
        let keeper = try Self.keeper(
            "say('STATUS=a' . \"\\xc3\\xa4\" x 2000, 'STATUS=x' . \"\\xc3\\xa4\" x 1000); pause")
        let status = try #require(try record(of: keeper) { $0["status_count"] == "2" }["status"])
        #expect(status == "x" + String(repeating: "ä", count: 255))
    }

    @Test func theWorstValuesFitIntoTheRecord() throws {
        let keeper = try Self.keeper(
            "my $x = '\\\\' x 1500; say(\"STATUS=$x\", \"X_PROGRESS=$x\", \"X_CHECKPOINT=$x\", 'READY=1'); pause")
        let record = try record(of: keeper) { $0["ready_count"] == "1" }
        #expect(record["status"] == String(repeating: "\\", count: 512))
        #expect(record["x_checkpoint"] == String(repeating: "\\", count: 1024))
    }

    @Test func onlyTheMainProcessSaysThatItStops() throws {
        let keeper = try Self.keeper(
            "my $p = fork; say('STOPPING=1'); $p or exit; waitpid $p, 0; say('READY=1'); pause")
        let record = try record(of: keeper) { $0["ready_count"] == "1" }
        #expect(record["stopping_count"] == "1", "that of the child does not count")
    }

    @Test func theLastWordsOfAProcessAreRecorded() throws {
        for _ in 0..<20 {
            let keeper = try Self.keeper("say('STATUS=bye', 'STOPPING=1'); exit 4")
            #expect(try keeper.exitRecord()["code"] == "4")
            let record = try #require(keeper.recordNow("notify"))
            #expect(record["status"] == "bye" && record["stopping_count"] == "1")
            let events = keeper.bell.events
            #expect(events.firstIndex(of: "notify") ?? 9 < events.firstIndex(of: "exited") ?? 0, "\(events)")
        }
    }

    @Test func aFloodKeepsTheLastWordAndCostsFewRecords() throws {
        let keeper = try Self.keeper("say(\"STATUS=$_\") for 1..50_000; say('READY=1'); pause")
        let record = try record(of: keeper) { $0["ready_count"] == "1" }
        #expect(record["status"] == "50000" && record["status_count"] == "50000")
        #expect(keeper.bell.events.count < 5000)
    }

    @Test func aKeeperUnderAFloodObeysAndSeesTheEnd() throws {
        let keeper = try Self.keeper("fork; say('WATCHDOG=1') while 1")
        _ = try record(of: keeper) { $0["watchdog_count"] != nil }
        keeper.signal(SIGTERM)
        let exit = try keeper.exitRecord()
        #expect(exit["signal"] == "15" && exit["tree"] == "empty")
    }

    @Test func aFullDoorbellHoldsNobodyUp() throws {
        let full = try DoorbellTests.FullBell()
        let keeper = try Self.keeper(
            "say('READY=1'); say(\"STATUS=$_\") for 1..2000; exit 7", ["--doorbell", full.path])
        #expect(try keeper.exitRecord()["code"] == "7")
        #expect(keeper.recordNow("notify")?["status"] == "2000")
    }

    @Test func aRingThatFoundNoRoomIsRungAgain() throws {
        let full = try DoorbellTests.FullBell()
        let keeper = try Self.keeper("say('READY=1'); pause", ["--doorbell", full.path])
        _ = try record(of: keeper) { $0["ready_count"] == "1" }
        #expect(try full.bell.ring("notify").record?["ready_count"] == "1")
    }
}
