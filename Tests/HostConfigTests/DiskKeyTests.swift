// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `[disk]`
struct DiskKeyTests {
    @Test func withoutTheTableTheRootIsWatchedAndNothingGoes() throws {
        let disk = try configuration([("hostd.toml", "")]).disk
        #expect(disk == DiskSpecification())
        #expect(disk.paths == ["/"] && disk.clean.isEmpty && disk.reserveBytes == 0)
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            [disk]
            paths = ["/srv", "/home"]
            reserve = "512MiB"
            clean = [{ path = "/var/cache/npm/*", older = "3d", user = "agent" }, { path = "/srv/old.*", older = "1h" }]
            interval = "5s"
            settle = "1m"
            """
        let clean: [DiskSpecification.Cleaning] = [
            .init(path: "/var/cache/npm/*", older: .seconds(3 * 86400), user: "agent"),
            .init(path: "/srv/old.*", older: .seconds(3600)),
        ]
        let wanted = DiskSpecification(
            paths: ["/srv", "/home"], reserveBytes: 512 << 20, clean: clean, interval: .seconds(5),
            settle: .seconds(60))
        #expect(try configuration([("hostd.toml", text)]).disk == wanted)
        #expect(clean.map(\.folder) == ["/var/cache/npm", "/srv"] && clean.map(\.pattern) == ["*", "old.*"])
    }

    @Test func aCacheIsCleanedAsItsRuleSaysBelowTheHomeOfItsUser() throws {
        let text = """
            [disk]
            clean = [{ cache = "npm", user = "agent" }, { cache = "pip", user = "agent", older = "9d" }]
            """
        let clean = try configuration([("hostd.toml", text)]).disk.clean
        #expect(clean.map(\.cache) == ["npm", "pip"])
        let day = Duration.seconds(86400)
        #expect(
            clean.flatMap(\.places) == [
                .init(path: "~/.npm/_cacache/*", older: day * 3, user: "agent"),
                .init(path: "~/.npm/_logs/*", older: day * 3, user: "agent"),
                .init(path: "~/.cache/pip/*", older: day * 9, user: "agent"),
            ])
        #expect(CacheRule.all.values.joined().allSatisfy { !$0.path.hasPrefix("/") && $0.older >= day })
    }

    @Test(arguments: [
        ("{ path = \"/*\", older = \"3d\" }", "\"/*\" names whole file systems"),
        ("{ path = \"/a/*/b\", older = \"3d\" }", "\"/a/*/b\" has a wildcard in its folder"),
        ("{ path = \"/a/../b/*\", older = \"3d\" }", "\"/a/../b/*\" has \"..\" in it"),
        ("{ path = \"/a/*\" }", "an entry has no older"),
        ("{ older = \"3d\" }", "an entry has no path"),
        ("{ path = \"a/*\", older = \"3d\" }", "\"a/*\" is not an absolute path"),
        ("{ path = \"/a/*\", older = \"1s\" }", "\"1s\" is out of range"),
        ("\"/a/*\"", "\"/a/*\" is a string"),
        ("{ cache = \"npn\", user = \"agent\" }", "no rule is called \"npn\" (there are \"claude-code\""),
        ("{ cache = \"npm\" }", "the cache \"npm\" has no user"),
        ("{ cache = \"npm\", path = \"/a/*\", user = \"agent\" }", "the cache \"npm\" has a path besides"),
    ])
    func whatCannotBeCleanedIsSaid(entry: String, message: String) {
        let all = errors("[disk]\nclean = [\(entry)]\n")
        #expect(all.count == 1 && all.first?.contains(message) == true, "\(all)")
    }
}
