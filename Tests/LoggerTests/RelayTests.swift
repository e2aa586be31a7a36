// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// The second FIFO of an instance, through which bytes go on their way to the file.
@Suite struct RelayTests {
    private let stand: Stand

    init() throws {
        stand = try Stand()
    }

    private func relay(of pipe: HeldPipe) throws -> Descriptor {
        try Descriptor(opening: pipe.fifo + ".relay", O_RDWR | O_NONBLOCK)
    }

    @Test func whatAKilledLoggerLeftThereComesFirst() throws {
        let pipe = try stand.pipe("gateway.1")
        try relay(of: pipe).write(all: "older\n".utf8)
        try pipe.write("newer\n")
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.current("gateway") == "older\nnewer\n")
        #expect(pipe.readableBytes == 0)
    }

    @Test func whatLiesThereIsEnoughToRotateAtItsLineEnds() throws {
        let pipe = try stand.pipe("gateway.1")
        try relay(of: pipe).write(all: "one\ntwo\nthr".utf8)
        try pipe.write("ee\nfour")
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 5, keep: 9))
        stand.want(pipe, in: "gateway")
        stand.settle()
        let files = try Files.list(stand.log + "/gateway").filter { $0.hasSuffix(".log") }.sorted()
        #expect(try files.map { try Files.readText(stand.log + "/gateway/" + $0) } == ["one\ntwo\n", "three\n"])
        #expect(stand.current("gateway") == "four")
    }

    @Test func aKeeperThatMovesTheRestIsNotDisturbed() throws {
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        try pipe.write("before\n")
        stand.settle()
        let keeper = try relay(of: pipe)
        #expect(try keeper.tryLock())
        try pipe.write("the rest\n")
        stand.settle()
        #expect(stand.current("gateway") == "before\n" && pipe.readableBytes == 9)
        #expect(stand.sleepMilliseconds > 0)
        keeper.unlock()
        stand.settle(after: Int64(stand.sleepMilliseconds))
        #expect(stand.current("gateway") == "before\nthe rest\n")
        stand.settle(after: 2)
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func withoutOneTheFifoIsReadItself() throws {
        let pipe = try stand.pipe("gateway.1", hasRelay: false)
        stand.want(pipe, in: "gateway")
        try pipe.write("a line\n")
        stand.settle()
        #expect(stand.current("gateway") == "a line\n")
        #expect(!Files.exists(pipe.fifo + ".relay"))
    }

    @Test func itsBytesAreNotForgottenWhenTheKeeperIsKilled() throws {
        let pipe = try stand.pipe("gateway.1")
        try relay(of: pipe).write(all: "older\n".utf8)
        stand.want(pipe, in: "gateway")
        let held = try relay(of: pipe)
        try pipe.end()
        stand.settle()
        stand.settle(after: 2)
        #expect(stand.current("gateway") == "older\n")
        #expect(stand.takeReplies().contains(.drained(instance: "gateway.1")))
        _ = consume held
    }
}
