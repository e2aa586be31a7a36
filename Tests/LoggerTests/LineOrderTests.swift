// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// Several pipes in one log: an old instance that still speaks, and a new one.
@Suite struct LineOrderTests {
    private let stand: Stand
    private let old: HeldPipe
    private let new: HeldPipe

    init() throws {
        stand = try Stand()
        old = try stand.pipe("gateway.1")
        new = try stand.pipe("gateway.2")
        stand.want(old, in: "gateway")
        stand.settle()
    }

    @Test func aNewPipeWaitsForTheLineThatAnotherHasBegun() throws {
        try old.write("old be")
        stand.settle()
        try new.write("new\n")
        stand.want(new, in: "gateway")
        stand.settle(after: 999)
        #expect(stand.current("gateway") == "old be")
        try old.write("gins\n")
        stand.settle()
        #expect(stand.current("gateway") == "old begins\nnew\n")
        stand.settle(after: 2)
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func eachOfThemWaitsForTheOther() throws {
        stand.want(new, in: "gateway")
        stand.settle()
        for turn in 1...3 {
            try new.write("new \(turn)")
            stand.settle(after: 10)
            try old.write("old \(turn)\n")
            stand.settle(after: 10)
            try new.write(" ends\n")
            stand.settle(after: 10)
        }
        #expect(
            stand.current("gateway") == "new 1 ends\nold 1\nnew 2 ends\nold 2\nnew 3 ends\nold 3\n")
    }

    @Test func aLineIsWaitedForOneSecondFromItsLastByte() throws {
        stand.want(new, in: "gateway")
        try old.write("old")
        stand.settle()
        try new.write("new\n")
        stand.settle(after: 900)
        try old.write(" is")
        stand.settle()
        stand.settle(after: 900)
        try old.write(" slow")
        stand.settle()
        stand.settle(after: 999)
        #expect(stand.current("gateway") == "old is slow")
        #expect(stand.sleepMilliseconds == 1)
        stand.settle(after: 1)
        #expect(stand.current("gateway") == "old is slownew\n")
    }

    @Test func aLineWhosePipeHasEndedIsNotWaitedFor() throws {
        stand.want(new, in: "gateway")
        stand.settle()
        try old.write("killed in the mid")
        stand.settle()
        try new.write("new\n")
        stand.settle()
        try old.end()
        stand.settle()
        #expect(stand.current("gateway") == "killed in the midnew\n")
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
    }

    @Test func theOlderPipeIsReadFirst() throws {
        stand.want(new, in: "gateway")
        stand.settle()
        try new.write("new\n")
        try old.write("old\n")
        stand.settle()
        #expect(stand.current("gateway") == "old\nnew\n")
    }

    @Test func aTailComesBeforeTheNextPipe() throws {
        try new.write("new\n")
        try Files.replace(old.tail, with: "from the tail\n".utf8)
        try old.end()
        stand.want(new, in: "gateway")
        stand.settle()
        #expect(stand.current("gateway") == "from the tail\nnew\n")
    }
}
