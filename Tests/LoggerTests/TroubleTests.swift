// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// Disks and folders that refuse, and people who change files under the logger's hands.
@Suite struct TroubleTests {
    private func errors(_ replies: [LoggerReply], of log: String = "gateway") -> [String] {
        replies.compactMap { if case .error(log, let text) = $0 { text } else { nil } }
    }

    @Test func aLogWhoseLockAnotherHoldsIsTriedEachSecond() throws {
        let stand = try Stand()
        try Files.makeFolder(stand.log + "/gateway")
        var other: Descriptor? = try Descriptor(opening: stand.log + "/gateway/lock", O_RDWR | O_CREAT)
        #expect(try other?.tryLock() == true)
        let pipe = try stand.pipe("gateway.1")
        try pipe.write("a line\n")
        stand.want(pipe, in: "gateway")
        stand.settle()
        let said = errors(stand.takeReplies())
        #expect(said.count == 1 && said[0].contains("another process holds \(stand.log)/gateway/lock"))
        #expect(stand.sleepMilliseconds == 1000)
        for _ in 1...3 { stand.settle(after: 1000) }
        #expect(stand.takeReplies().isEmpty, "it was said once")
        #expect(pipe.readableBytes == 7)
        other = nil
        try waitUntilFree(stand.log + "/gateway/lock")
        stand.settle(after: 1000)
        #expect(stand.current("gateway") == "a line\n")
        stand.settle(after: 2)
        #expect(stand.sleepMilliseconds == -1)
    }

    @Test func troubleThatLastsIsToldToWhoeverNamesTheLogAgain() throws {
        let stand = try Stand()
        try Files.makeFolder(stand.log)
        try Files.replace(stand.log + "/gateway", with: "no folder".utf8)
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 1000, keep: 1))
        stand.settle()
        let said = errors(stand.takeReplies())
        #expect(said.count == 1)
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 1000, keep: 1))
        #expect(errors(stand.takeReplies()) == said)
        unlink(stand.log + "/gateway")
        stand.settle(after: 1000)
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 1000, keep: 1))
        #expect(stand.takeReplies().isEmpty)
    }

    @Test(.enabled(if: SmallDisk.canBeMounted, "only root can fill a disk"))
    func aDiskThatIsFullTakesWhatItCanAndSaysSoOnce() throws {
        let disk = try SmallDisk(pages: 16)
        let stand = try Stand(log: disk.path)
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        try disk.fill()
        let text = (1...2000).map { "line \($0)\n" }.joined()
        try pipe.write(text)
        for _ in 1...5 { stand.settle(after: 1000) }
        #expect(errors(stand.takeReplies()).count == 1)
        #expect(stand.current("gateway").utf8.count + pipe.readableBytes == text.utf8.count)
        // A little room comes and goes: still the same trouble.
        try disk.free()
        try disk.leave(pages: 1)
        for _ in 1...5 { stand.settle(after: 1000) }
        #expect(stand.takeReplies().isEmpty)
        #expect(pipe.readableBytes > 0)
        try disk.free()
        stand.settle(after: 1000)
        #expect(stand.current("gateway") == text)
        try disk.fill()
        try pipe.write(text)
        for _ in 1...2 { stand.settle(after: 1000) }
        #expect(errors(stand.takeReplies()).count == 1, "it is full anew")
        try disk.free()
        stand.settle(after: 1000)
        #expect(stand.current("gateway") == text + text)
    }

    @Test func aRotatedFileThatCannotBeRemovedStopsNothing() throws {
        let stand = try Stand()
        let stuck = stand.log + "/gateway/20200101T000000.000000Z.log"
        try Files.makeFolder(stuck)
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 5, keep: 1))
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        for number in 1...3 {
            try pipe.write("line \(number)\n")
            stand.settle()
        }
        #expect(pipe.readableBytes == 0)
        #expect(errors(stand.takeReplies()).contains { $0.contains(stuck) })
        #expect(try RotatedName.list(stand.log + "/gateway").count == 2)
    }

    @Test func aFileThatWasCutOffGetsNewTimes() throws {
        let stand = try Stand()
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        try pipe.write("a long line that is there no more\n")
        stand.settle()
        stand.settle(after: 2)
        try stand.overwrite("gateway/current", with: "")
        try pipe.write("new\n")
        stand.settle(after: 10)
        #expect(stand.current("gateway") == "new\n")
        let index = try Files.read(stand.log + "/gateway/current.idx")
        let entries = index[16...].withUnsafeBytes { buffer in
            stride(from: 0, to: buffer.count, by: 16).map { IndexEntry(bytes: .init(rebasing: buffer[$0..<$0 + 16])) }
        }
        #expect(entries.filter(\.isTime).map(\.end) == [4])
        #expect(entries.filter { !$0.isTime }.allSatisfy { $0.launch == 1 && $0.end == 0 })
    }

    @Test func aFileThatWasRemovedIsMadeAnew() throws {
        let stand = try Stand()
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        try pipe.write("old\n")
        stand.settle()
        unlink(stand.log + "/gateway/current")
        try pipe.write("new\n")
        stand.settle()
        #expect(stand.current("gateway") == "new\n")
        #expect(stand.takeReplies().isEmpty)
    }

    @Test func aFileThatWasRenamedOrAnIndexThatIsMissingDoesNotHoldUpRotation() throws {
        let stand = try Stand()
        stand.wanted.want(log: "gateway", LogSpecification(maxSizeBytes: 5, keep: 9))
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        unlink(stand.log + "/gateway/current.idx")
        rename(stand.log + "/gateway/current", stand.log + "/gateway/mine")
        try pipe.write("line 1\n")
        stand.settle()
        try pipe.write("line 2\n")
        stand.settle()
        #expect(try Files.readText(stand.log + "/gateway/mine") == "line 1\n")
        #expect(try RotatedName.list(stand.log + "/gateway").count == 1)
        #expect(stand.takeReplies().isEmpty)
    }

    @Test func aTailIsTakenOverWholeThoughItsLogIsCutOff() throws {
        let stand = try Stand()
        try Files.makeFolder(stand.log + "/gateway")
        try Files.replace(stand.log + "/gateway/current", with: "before\n".utf8)
        let pipe = try stand.pipe("gateway.1")
        let text = String(repeating: "0123456789abcde\n", count: 200_000)
        try Files.replace(pipe.tail, with: text.utf8)
        try pipe.end()
        stand.want(pipe, in: "gateway")
        // One share of the tail is copied in a round.
        stand.tools.serveReady()
        stand.tools.serveReady()
        try stand.overwrite("gateway/current", with: "")
        stand.settle()
        let current = stand.current("gateway")
        #expect(current.utf8.count == text.utf8.count && current == text)
        #expect(stand.takeReplies() == [.drained(instance: "gateway.1")])
    }
}
