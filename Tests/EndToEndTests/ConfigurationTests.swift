// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// A bad file never leaves a host dark, and a second hostd never joins the first.
@Suite struct ConfigurationTests {
    private static let sleeper = "[service.sleeper]\ncommand = [\"sleep\", \"1000\"]\n"

    @Test func checkPrintsEveryErrorWithItsPlaceAndExits78() throws {
        let host = try HostUnderTest(
            """
            [host]
            nmae = "x"
            [service.gateway]
            command = ["sleep", "1"]
            live = { tcp = "127.0.0.1:1", interval = "10" }
            """)
        let result = try host.run("hostd", ["--check", "--dir", host.dir])
        #expect(result.status == 78)
        let lines = result.output.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.hasPrefix("\(host.dir)/hostd.toml:2:1: host.nmae: ") == true)
        #expect(lines.first?.contains("name") == true)
        #expect(
            lines.last
                == "\(host.dir)/hostd.toml:5:42: service.gateway.live.interval: \"10\" has no unit (write \"10s\")")
    }

    @Test func checkOfAGoodFileIsSilentAndExits0() throws {
        let host = try HostUnderTest(Self.sleeper)
        let result = try host.run("hostd", ["--check", "--dir", host.dir])
        #expect(result.status == 0)
        #expect(result.output == "")
    }

    @Test func aBadFileAtStartRunsTheLastAcceptedOneAndSaysSo() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let pid = try host.waitReady("sleeper")
        host.kill()
        try host.configure("[service.sleeper\n")
        try host.start()
        #expect(try host.waitReady("sleeper") == pid)
        let condition = try #require(try host.status().conditions.first { $0.kind == "config" })
        #expect(condition.level == "critical")
        #expect(condition.reason.hasPrefix("\(host.dir)/hostd.toml:1:"))
    }

    @Test func aBadFirstFileLeavesTheControlSocketServed() throws {
        let host = try HostUnderTest("nonsense = true\n")
        try host.start()
        let status = try host.status()
        #expect(status.services == [])
        #expect(status.conditions.first { $0.kind == "config" }?.level == "critical")
    }

    @Test func aSecondHostdRefusesAndNamesTheFirst() throws {
        let host = try HostUnderTest(Self.sleeper)
        try host.start()
        let result = try host.run("hostd", ["--dir", host.dir])
        #expect(result.status == 1)
        #expect(result.output.contains("which hostd with pid \(host.pid) has"))
        #expect(try host.waitReady("sleeper") > 0)
    }

    @Test func aFolderThatOthersCanWriteIsRefusedWithAWordWhy() throws {
        let host = try HostUnderTest(Self.sleeper)
        try Files.makeFolder(host.dir + "/state")
        chmod(host.dir + "/state", 0o777)
        let result = try host.run("hostd", ["--dir", host.dir])
        #expect(result.status == 1)
        #expect(result.output.contains("\(host.dir)/state can be written by others (chmod go-w \(host.dir)/state)"))
    }

    @Test func aWrongOptionIsNamedAndExits2() throws {
        let host = try HostUnderTest("")
        let result = try host.run("hostd", ["--dri", host.dir])
        #expect(result.status == 2)
        #expect(result.output.contains("\"--dri\" is no option of hostd"))
    }
}
