// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostLogs
import TestKit
import Testing

/// The way of one pipe, and when the logger has to wake up by itself for it.
@Suite struct PipeStagesTests {
    private let stand: Stand

    init() throws {
        stand = try Stand()
    }

    @Test func aLivePipeNeedsNoTimer() throws {
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.sleepMilliseconds == -1)
        try pipe.write("a line\n")
        stand.settle()
        stand.settle(after: 2)
        #expect(stand.current("gateway") == "a line\n")
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func aPipeThatIsNotThereYetIsLookedForUntilItsKeeperHasIt() throws {
        let pipe = try stand.pipe("gateway.1")
        try pipe.closePipe()
        unlink(pipe.fifo)
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.sleepMilliseconds == 1, "there is no FIFO but the lock is held")
        mkfifo(pipe.fifo, 0o600)
        stand.settle(after: 1)
        #expect(stand.sleepMilliseconds == 2, "nobody has the FIFO open")
        for delay: Int32 in [4, 8, 16, 20, 20] {
            stand.settle(after: Int64(stand.sleepMilliseconds))
            #expect(stand.sleepMilliseconds == delay)
        }
        for _ in 0..<60 { stand.settle(after: Int64(stand.sleepMilliseconds)) }
        #expect(stand.sleepMilliseconds == 1000)
        let keeper = try Descriptor(opening: pipe.fifo, O_RDWR | O_NONBLOCK)
        try keeper.write(all: "first\n".utf8)
        stand.settle(after: 1000)
        stand.settle(after: 2)
        #expect(stand.current("gateway") == "first\n")
        #expect(stand.sleepMilliseconds == -1)
        #expect(stand.takeReplies().isEmpty)
    }

    @Test func aPipeThatWasLongInComingIsReadBeforeOneThatWasNamedLater() throws {
        let slow = try stand.pipe("gateway.1")
        try slow.closePipe()
        unlink(slow.fifo)
        stand.want(slow, in: "gateway")
        stand.settle()
        for _ in 0..<60 { stand.settle(after: Int64(stand.sleepMilliseconds)) }
        #expect(stand.sleepMilliseconds == 1000)
        mkfifo(slow.fifo, 0o600)
        let keeper = try Descriptor(opening: slow.fifo, O_RDWR | O_NONBLOCK)
        try keeper.write(all: "first\n".utf8)
        let quick = try stand.pipe("gateway.2")
        try quick.write("second\n")
        stand.want(quick, in: "gateway")
        stand.settle()
        #expect(stand.current("gateway") == "first\nsecond\n")
    }

    @Test func aPipeHasEndedWhenNobodyWritesAndTheKeeperIsGone() throws {
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        try pipe.write("last words")
        try pipe.end()
        stand.settle()
        #expect(stand.current("gateway") == "last words")
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func aPipeThatEndedBeforeItWasNamedIsDrained() throws {
        let pipe = try stand.pipe("gateway.1")
        try pipe.end()
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
        let gone = try stand.pipe("gateway.2")
        try gone.end()
        try Files.removeFlatFolder(gone.folder)
        stand.want(gone, in: "gateway")
        stand.settle()
        #expect(stand.takeReplies() == [.drained(instance: "gateway.2")])
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func aWriterThatOutlivesTheKeeperIsReadToItsEnd() throws {
        let pipe = try stand.pipe("gateway.1")
        let orphan = try Descriptor(opening: pipe.fifo, O_WRONLY)
        stand.want(pipe, in: "gateway")
        stand.settle()
        try pipe.end(orphanLives: true)
        stand.settle(after: 5000)
        try orphan.write(all: "still here\n".utf8)
        stand.settle()
        #expect(stand.current("gateway") == "still here\n")
        #expect(stand.takeReplies().isEmpty)
        _ = consume orphan
        try waitUntilNobodyWrites(pipe.fifo)
        stand.settle()
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
    }

    @Test func aTailThatTheKeeperStillWritesIsWaitedFor() throws {
        let pipe = try stand.pipe("gateway.1")
        try Files.replace(pipe.tail, with: "half".utf8)
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.current("gateway").isEmpty)
        #expect(stand.sleepMilliseconds == 1)
        try Files.replace(pipe.tail, with: "whole\n".utf8)
        try pipe.end()
        stand.settle(after: 20)
        #expect(stand.current("gateway") == "whole\n")
        #expect(!Files.exists(pipe.tail))
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
    }

    @Test func whatIsLeftInThePipeFollowsTheTail() throws {
        let pipe = try stand.pipe("gateway.1")
        let orphan = try Descriptor(opening: pipe.fifo, O_WRONLY)
        stand.want(pipe, in: "gateway")
        try pipe.write("early\n")
        stand.settle()
        // The keeper moves what lies there and goes; an orphan writes afterwards and goes too.
        try Files.replace(pipe.tail, with: "from the tail\n".utf8)
        try orphan.write(all: "late\n".utf8)
        try pipe.end(orphanLives: true)
        _ = consume orphan
        try waitUntilNobodyWrites(pipe.fifo)
        stand.settle()
        #expect(stand.current("gateway") == "early\nfrom the tail\nlate\n")
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
    }

    @Test func whatIsNoFifoIsRefusedAndTriedAgainWhenNamedAgain() throws {
        let pipe = try stand.pipe("gateway.1")
        unlink(pipe.fifo)
        try Files.replace(pipe.fifo, with: "a file".utf8)
        stand.want(pipe, in: "gateway")
        stand.settle()
        guard case .error("gateway", let text)? = stand.takeReplies().first else {
            Issue.record("nothing was said")
            return
        }
        #expect(text.contains(pipe.fifo) && text.contains("no FIFO"))
        #expect(stand.sleepMilliseconds == -1)
        unlink(pipe.fifo)
        mkfifo(pipe.fifo, 0o600)
        let keeper = try Descriptor(opening: pipe.fifo, O_RDWR | O_NONBLOCK)
        try keeper.write(all: "now\n".utf8)
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.current("gateway") == "now\n")
    }

    @Test func othersWhoAskForTheKeepersLockSeeNoHolder() throws {
        let pipe = try stand.pipe("gateway.1")
        try pipe.end()
        let asking = try Descriptor(opening: pipe.folder + "/lock", O_RDWR)
        #expect(try !asking.isLockedElsewhere())
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")], "another asker is no keeper")
    }
}
