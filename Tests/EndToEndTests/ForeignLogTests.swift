// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// A real Node that writes a log of its own and opens it anew on SIGUSR1, as hostd keeps that log in check.
@Suite struct ForeignLogTests {
    private static let writer = """
        const fs = require("fs"); let file, number = 0;
        const open = () => { if (file !== undefined) fs.closeSync(file); file = fs.openSync(process.env.OWN_LOG, "a") };
        open(); process.on("SIGUSR1", open);
        setInterval(() => { for (let i = 0; i < 20; i++) fs.writeSync(file, "line " + (++number) + "\\n") }, 5);
        """

    private func configuration(_ log: String, keep: Int? = nil) -> String {
        let foreign =
            keep.map {
                """
                [log.own]
                path = "\(log)"
                max_size = "10KiB"
                keep = \($0)
                reopen = { signal = "SIGUSR1", service = "writer" }
                """
            } ?? ""
        return """
            [service.writer]
            command = ["node", "-e", '''\(Self.writer)''']
            env = { OWN_LOG = "\(log)" }
            \(foreign)

            """
    }

    @Test func aRotatedFileIsReopenedByItsServiceAndNoLineIsLost() throws {
        let folder = try TemporaryFolder()
        let log = folder.path + "/own.log"
        let host = try HostUnderTest(configuration(log))
        try host.start()
        let pid = try host.waitReady("writer")
        func copies() throws -> [String] { try Files.list(folder.path).filter { $0 != "own.log" } }
        // Each change of what is wanted has the files looked at.
        for round in 1...3 {
            try waitUntil("the file to be large enough", seconds: 60) {
                ((try? Files.size(log)) ?? 0) > 20_000
            }
            try host.configure(configuration(log, keep: 10 + round))
            #expect(try ReloadAnswer(json: try host.json("POST", "/v1/reload")).ok)
            try waitUntil("rotation \(round)", seconds: 60) { try copies().count >= round }
            try waitUntil("a new file", seconds: 60) { Files.exists(log) }
        }
        #expect(try host.events("writer").filter { $0.kind == "service.signalled" }.count >= 3)
        #expect(try host.status("writer").pid == pid)
        #expect(try host.act("stop", "writer").ok)
        let text = try (copies() + ["own.log"]).map {
            try Files.readText(folder.path + "/" + $0, limit: 64 << 20)
        }.joined()
        try expectNumberedLines(text, atLeast: 5000)
    }

    @Test func theLogsOfTheHostStayWithinTheirTotal() throws {
        let folder = try TemporaryFolder()
        let done = folder.path + "/done"
        let host = try HostUnderTest(
            """
            [host]
            logs_total = "1MiB"
            [service.a]
            command = "while [ ! -e \(done) ]; do sleep 0.1; done; seq 1 400000; sleep 1000"
            log = { max_size = "100KiB", keep = 1000, compress = false }
            [service.b]
            command = "seq 1 150000; touch \(done); sleep 1000"
            log = { max_size = "100KiB", keep = 1000, compress = false }

            """)
        try host.start()
        try waitUntil("the older files of b to be gone, and some of a to be left", seconds: 90) {
            let a = (try? LogContent.rotated(host.dir + "/log/a")) ?? []
            let b = (try? LogContent.rotated(host.dir + "/log/b")) ?? []
            return b.isEmpty && (5...10).contains(a.count) && Files.exists(host.dir + "/log/b/current")
        }
    }
}
