// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import HostWire
import TestKit
import Testing

struct NodeLockTests {
    private func pin(_ specification: String, _ version: NodeVersion) throws -> NodePin {
        let facts = NodeFacts(
            path: "/opt/node/\(version.tag)/bin/node", version: version, lts: "jod", abi: "127", architecture: "x64",
            libc: "glibc", sha256: String(repeating: "ab", count: 32))
        return NodePin(
            specification: specification, facts: facts, mark: try #require(FileMark("1:2:3:4:5")),
            pinnedAt: WallTime(milliseconds: 1_700_000_000_000))
    }

    @Test func whatIsWrittenIsRead() throws {
        let folder = try TemporaryFolder()
        let path = NodeLock.path(beside: folder.path + "/hostd.toml")
        #expect(path == folder.path + "/node.lock")
        #expect(try NodeLock.read(path) == NodeLock())
        let lock = NodeLock(
            standard: try pin("22", NodeVersion(22, 20, 0)),
            others: [try pin("lts/krypton", NodeVersion(24, 19, 0)), try pin("20.18.0", NodeVersion(20, 18, 0))])
        try lock.write(path)
        #expect(try NodeLock.read(path) == lock)
        #expect(lock.pin(of: "22")?.facts.version == NodeVersion(22, 20, 0))
        #expect(lock.pin(of: "20.18.0")?.facts.version.major == 20)
        #expect(lock.pin(of: "18") == nil)
        #expect(lock.others.map(\.specification) == ["20.18.0", "lts/krypton"])
        let text = try Files.readText(path)
        #expect(text.contains("\n    \"version\": \"22.20.0\",\n"), "one line for each member: people compare it")
    }

    @Test(arguments: ["", "{}", "{\"format\": 2}", "{\"format\": 1, \"default\": {\"spec\": \"22\"}}", "[]"])
    func aLockThatIsNoneIsSaid(_ text: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/node.lock"
        try Files.replace(path, with: text.utf8)
        let error = #expect(throws: NodeError.self) { try NodeLock.read(path) }
        #expect(error?.description.contains("hostctl node pin") == true)
    }

    @Test func aLockThatOthersCanWriteIsRefused() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/node.lock"
        try NodeLock(standard: try pin("22", NodeVersion(22, 20, 0))).write(path)
        chmod(path, 0o666)
        let error = #expect(throws: NodeError.self) { try NodeLock.read(path) }
        #expect(error?.description.contains("can be written by others") == true)
    }
}
