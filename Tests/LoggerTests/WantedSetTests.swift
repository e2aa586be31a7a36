// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

@Suite struct WantedSetTests {
    private let stand: Stand

    init() throws {
        stand = try Stand()
    }

    @Test func aLogIsMadeWhenItIsWanted() throws {
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 1000, keep: 2))
        stand.wanted.want(log: "gateway/stderr", LogSpecification(maxSizeBytes: 1000, keep: 2))
        stand.settle()
        #expect(try Files.list(stand.log + "/gateway") == ["current", "current.idx", "lock", "stderr"])
        #expect(try Files.list(stand.log + "/gateway/stderr") == ["current", "current.idx", "lock"])
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func theSameTwiceChangesNothing() throws {
        let pipe = try stand.pipe("gateway.1")
        for _ in 1...2 {
            stand.want(pipe, in: "gateway")
            try pipe.write("a line\n")
            stand.settle()
        }
        #expect(stand.current("gateway") == "a line\na line\n")
        #expect(stand.takeReplies().isEmpty)
    }

    @Test func whatIsDrainedIsReportedAgainWhenItIsNamedAgain() throws {
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        try pipe.end()
        stand.settle()
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
        stand.want(pipe, in: "gateway")
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
    }

    @Test func anInstanceThatIsStillReadKeepsItsFifo() throws {
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        stand.wanted.want(pipe: "gateway.1", log: "other", fifo: pipe.fifo, tail: pipe.tail)
        guard case .error("other", let text)? = stand.takeReplies().first else {
            Issue.record("nothing was said")
            return
        }
        #expect(text.contains("drop it first"))
        try pipe.write("a line\n")
        stand.settle()
        #expect(stand.current("gateway") == "a line\n")
    }

    @Test func aPipeThatIsDroppedIsEmptiedAndClosed() throws {
        let pipe = try stand.pipe("gateway.1")
        try pipe.write("before\n")
        stand.want(pipe, in: "gateway")
        stand.wanted.drop("gateway.1")
        stand.settle()
        try pipe.write("after\n")
        stand.settle()
        #expect(stand.current("gateway") == "before\n")
        #expect(pipe.readableBytes == 6)
        #expect(stand.takeReplies().isEmpty)
    }

    @Test func oneThatIsNamedAgainBeforeItIsEmptyStays() throws {
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        stand.wanted.drop("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        try pipe.write("a line\n")
        stand.settle()
        #expect(stand.current("gateway") == "a line\n")
    }

    @Test func whatIsNotNamedIsDrainedAndDroppedAndItsLockIsFree() throws {
        let staying = try stand.pipe("web.1")
        let going = try stand.pipe("gateway.1")
        stand.want(staying, in: "web")
        stand.want(going, in: "gateway")
        try going.write("first\n")
        stand.settle()
        try going.write("last\n")
        stand.wanted.keepOnly(logs: ["web"], pipes: ["web.1"])
        stand.settle()
        stand.settle(after: 2)
        #expect(stand.current("gateway") == "first\nlast\n")
        try waitUntilFree(stand.log + "/gateway/lock")
        #expect(try stand.isLocked("web"))
        try staying.write("a line\n")
        stand.settle()
        #expect(stand.current("web") == "a line\n")
    }

    @Test func settingsTakeEffectAtOnce() throws {
        let pipe = try stand.pipe("gateway.1")
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 10, keep: 9))
        stand.want(pipe, in: "gateway")
        for number in 1...5 {
            try pipe.write("line number \(number)\n")
            stand.settle()
        }
        #expect(try RotatedName.list(stand.log + "/gateway").count == 5)
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 10, keep: 2))
        #expect(try RotatedName.list(stand.log + "/gateway").count == 2)
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 1000, keep: 2))
        try pipe.write("one\n")
        stand.settle()
        try pipe.write("two is long enough\n")
        stand.settle()
        #expect(stand.current("gateway") == "one\ntwo is long enough\n")
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 5, keep: 2))
        stand.settle()
        #expect(stand.current("gateway").isEmpty)
    }

    @Test func nothingIsRemovedBeforeTheSettingsAreTold() throws {
        try Files.makeFolder(stand.log + "/gateway")
        for day in 10...29 {
            try Files.replace(stand.log + "/gateway/202611\(day)T000000.000000Z.log", with: [])
        }
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(try RotatedName.list(stand.log + "/gateway").count == 20)
    }
}
