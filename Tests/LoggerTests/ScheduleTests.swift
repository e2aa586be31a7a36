// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// Rotation by age and by calendar day, on files whose index says that they began long ago.
@Suite struct ScheduleTests {
    private let stand: Stand

    init() throws {
        stand = try Stand()
    }

    /// A log that holds `text`, the first byte of which came so long ago.
    private func make(_ name: String, _ text: String, hoursAgo: Int64) throws {
        let folder = stand.log + "/" + name
        try Files.makeFolder(folder)
        try Files.replace(folder + "/current", with: text.utf8)
        let began = Clock.wallMicroseconds - hoursAgo * 3_600_000_000
        var words = IndexEntry(end: Int64(text.utf8.count), wallMicroseconds: began).words
        let entry = withUnsafeBytes(of: &words) { Array($0) }
        try Files.replace(folder + "/current.idx", with: IndexEntry.header + entry)
    }

    private func rotated(_ name: String) throws -> [String] {
        try RotatedName.list(stand.log + "/" + name).map {
            try Files.readText("\(stand.log)/\(name)/\($0).log")
        }
    }

    @Test(arguments: [
        LogSpecification(isDaily: true), LogSpecification(rotateEvery: .seconds(3600)),
        LogSpecification(rotateEvery: .seconds(25 * 3600), isDaily: true),
    ])
    func whatIsWrittenAfterTheTimeGoesIntoANewFile(_ settings: LogSpecification) throws {
        try make("gateway", "old\n", hoursAgo: 24)
        let pipe = try stand.pipe("gateway.1")
        try pipe.write("new\n")
        stand.wanted.want(log: "gateway", settings)
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(try rotated("gateway") == ["old\n"])
        #expect(stand.current("gateway") == "new\n")
    }

    @Test(arguments: [LogSpecification(), LogSpecification(rotateEvery: .seconds(25 * 3600))])
    func beforeItsTimeAFileGoesOn(_ settings: LogSpecification) throws {
        try make("gateway", "old\n", hoursAgo: 24)
        let pipe = try stand.pipe("gateway.1")
        try pipe.write("new\n")
        stand.wanted.want(log: "gateway", settings)
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(stand.current("gateway") == "old\nnew\n")
    }

    @Test func aLineThatGoesOnOverTheTimeIsNotCut() throws {
        try make("gateway", "begun befo", hoursAgo: 24)
        let pipe = try stand.pipe("gateway.1")
        stand.wanted.want(log: "gateway", LogSpecification(rotateEvery: .seconds(60)))
        stand.want(pipe, in: "gateway")
        stand.settle()
        #expect(try rotated("gateway") == [])
        try pipe.write("re\nand after\n")
        stand.settle()
        #expect(try rotated("gateway") == ["begun before\n"])
        #expect(stand.current("gateway") == "and after\n")
    }

    @Test func anIdleLogIsRotatedWhenItsTimeComesAndAnEmptyOneNever() throws {
        stand.wanted.want(log: "gateway", LogSpecification(rotateEvery: .seconds(3600)))
        let pipe = try stand.pipe("gateway.1")
        stand.want(pipe, in: "gateway")
        stand.settle()
        stand.settle(after: 10)
        #expect(stand.sleepMilliseconds == -1, "nothing to wait for")
        try pipe.write("a line\n")
        stand.settle()
        stand.settle(after: 10)
        #expect((3_500_000...3_600_000).contains(stand.sleepMilliseconds))
        try pipe.end()
        stand.settle()
        try make("idle", "alone\n", hoursAgo: 2)
        stand.wanted.want(log: "idle", LogSpecification(rotateEvery: .seconds(3600)))
        stand.settle()
        #expect(try rotated("idle") == ["alone\n"])
    }

    @Test func whatACurrentBeganIsKnownWithoutAnIndexToo() throws {
        try make("gateway", "old\n", hoursAgo: 24)
        unlink(stand.log + "/gateway/current.idx")
        stand.wanted.want(log: "gateway", LogSpecification(rotateEvery: .seconds(3600)))
        stand.settle()
        #expect(try rotated("gateway") == [], "it counts from when it was found")
    }
}
