// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `[log.NAME]`
struct ForeignLogTests {
    private func logs(_ text: String) throws -> [ForeignLogSpecification] {
        try configuration([("hostd.toml", text)]).foreignLogs
    }

    private func name(_ text: String) throws -> ServiceName { try #require(ServiceName(text)) }

    @Test func theMethodIsWhatTheOtherKeysMakeLikely() throws {
        let text = """
            [log.daily]
            path = "/tmp/openclaw/*.log"
            max_age = "7d"
            [log.errors]
            path = "/x/gateway.err.log"
            max_size = "100MiB"
            keep = 3
            """
        #expect(
            try logs(text) == [
                ForeignLogSpecification(
                    name: name("daily"), path: "/tmp/openclaw/*.log", method: .delete, maxAge: .seconds(7 * 86400)),
                ForeignLogSpecification(
                    name: name("errors"), path: "/x/gateway.err.log", method: .rename, maxSizeBytes: 100 << 20,
                    keep: 3),
            ])
    }

    @Test func everyKeyIsRead() throws {
        let text = """
            [service.gateway]
            command = ["x"]
            [log.own]
            path = "/x/[ab]?.log"
            max_size = "1MiB"
            keep = 3
            max_age = "1d"
            total = "10MiB"
            method = "rename"
            user = "agent"
            reopen = { signal = "SIGUSR1", service = "gateway" }
            [log.other]
            path = "/x/other.log"
            max_size = "1MiB"
            keep = 0
            reopen = { exec = ["/usr/bin/reopen", "other"] }
            """
        let both = try logs(text)
        #expect(
            both.last
                == ForeignLogSpecification(
                    name: try name("own"), path: "/x/[ab]?.log", method: .rename, maxSizeBytes: 1 << 20, keep: 3,
                    maxAge: .seconds(86400), totalBytes: 10 << 20,
                    reopen: .signal(10, service: try name("gateway")), user: "agent"))
        #expect(both.first?.reopen == .exec(["/usr/bin/reopen", "other"]))
    }

    @Test func aLaterFileChangesSingleKeys() throws {
        let both = try configuration([
            ("hostd.toml", "[log.own]\npath = \"/x/*.log\"\nmax_age = \"7d\""),
            ("later", "[log.own]\nmax_age = \"1d\""),
        ])
        #expect(both.foreignLogs.map(\.maxAge) == [.seconds(86400)] && both.foreignLogs[0].path == "/x/*.log")
    }

    @Test(arguments: [
        ("max_age = \"7d\"", "1:1: log.own: no path (write path = \"/var/log/app/*.log\")"),
        ("path = \"x.log\"\nkeep = 1", "2:8: log.own.path: \"x.log\" is not an absolute path (begin it with \"/\")"),
        (
            "path = \"/x/\"\nkeep = 1",
            "2:8: log.own.path: \"/x/\" names no files (write one like \"/var/log/app/*.log\")"
        ),
        (
            "path = \"/home/*/x.log\"\nkeep = 1",
            "2:8: log.own.path: \"/home/*/x.log\" has a wildcard in its folder (they stand in the last part only)"
        ),
        ("path = \"/x/*.log\"", "1:1: log.own: no file would ever be removed (give keep, max_age or total)"),
        (
            "path = \"/x/*.log\"\nkeep = 1\nmethod = \"truncate\"",
            "1:1: log.own: no file would ever give way (write max_size = \"100MiB\")"
        ),
        (
            "path = \"/x/*.log\"\nkeep = 1\nmethod = \"delete\"\nmax_size = \"1MiB\"",
            "5:12: log.own.max_size: goes with rename and truncate, not with delete (leave it out)"
        ),
        (
            "path = \"/x/*.log\"\nkeep = 1\nmax_size = \"1MiB\"\nreopen = { signal = \"SIGHUP\" }",
            "5:10: log.own.reopen: tells nobody (write { signal = \"SIGUSR1\", service = \"gateway\" })"
        ),
        (
            "path = \"/x/*.log\"\nkeep = 1\nmax_size = \"1MiB\"\nreopen = { signal = \"SIGHUP\", service = \"b\" }",
            "5:41: log.own.reopen.service: there is no service \"b\" (name one of them)"
        ),
        (
            "path = \"/x/*.log\"\nkeep = 1\nmax_sise = \"1MiB\"",
            "4:1: log.own.max_sise: unknown key (did you mean \"max_size\"?)"
        ),
    ])
    func whatIsWrongIsSaid(lines: String, message: String) {
        #expect(errors("[log.own]\n" + lines) == ["hostd.toml:" + message])
    }

    @Test func changesAreTakenOverInPlaceAndShown() throws {
        let old = try configuration([("hostd.toml", "[log.own]\npath = \"/x/*.log\"\nmax_age = \"7d\"")])
        let new = try configuration([
            ("hostd.toml", "[host]\nlogs_total = \"5GiB\"\n[log.own]\npath = \"/x/*.log\"\nmax_age = \"1d\"")
        ])
        let plan = ConfigurationPlan(from: old, to: new)
        #expect(plan.hostKeys == ["host.logs_total", "log.own.max_age"] && plan.hostKeysForRestart.isEmpty)
        #expect(old != new)
        let file = ConfigurationFile(path: "hostd.toml", text: "[log.own]\npath = \"/x/*.log\"\nmax_age = \"7d\"")
        let tables = try ConfigurationReader.explain([file]).get()
        let keys = tables.first { $0.name == "log.own" }?.keys ?? []
        #expect(keys.first { $0.name == "max_age" }?.value == "\"7d\"")
    }
}
