// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// What the watches saw in the last hours lies in the store: neither kill -9 nor a boot of the host takes it away.
@Suite struct SeriesTests {
    private static let prefix = "import sqlite3, sys\nstore = sqlite3.connect(sys.argv[1], timeout=10)\n"
    private static let show = prefix + "for row in store.execute('SELECT name FROM documents'): print(row[0])"
    /// All that was seen was seen an hour earlier.
    private static let age =
        prefix + """
            import re
            for name, text in store.execute("SELECT name, text FROM documents WHERE name LIKE 'series:%'").fetchall():
                old = re.sub(r'^(\\d{8}) ', lambda m: f'{int(m[1]) - 60} ', text, flags=re.M)
                store.execute('UPDATE documents SET text = ? WHERE name = ?', (old, name))
            store.commit()
            """

    private func python(_ code: String, _ host: HostUnderTest) throws -> String {
        try host.run(at: "/usr/bin/python3", ["-c", code, host.dir + "/state/hostd.db"]).output
    }

    /// So many minutes have passed since the oldest that is known of hostd's state folder, and of the target.
    private func ages(_ host: HostUnderTest) throws -> (disk: Int?, network: Int?) {
        let report = try DiskReport(json: try host.json("GET", "/v1/disk?hours=2"))
        let room = report.fileSystems.first { $0.paths.contains(host.dir + "/state") }?.series ?? []
        let disk = room.firstIndex { $0 != nil }.map { room.count - $0 }
        let points = try host.json("GET", "/v1/net")["targets"]?.elements?.first?["series"]?.elements ?? []
        let first = points.first?["at"]?.text.flatMap { WallTime($0) }
        let network = first.map { Int((Clock.wallMilliseconds - $0.milliseconds) / 60_000) }
        return (disk, network)
    }

    @Test func theHistoriesOutliveAKillAndABoot() throws {
        let web = try TinyServer(status: "204 No Content")
        let host = try HostUnderTest(
            "[network]\nprobes = [{ name = \"web\", http = \"http://127.0.0.1:\(web.port)/\", interval = \"1s\" }]\n")
        try host.start()
        try waitUntil("both histories in the store") {
            let names = try python(Self.show, host)
            return names.contains("series:disks") && names.contains("series:network")
        }
        host.kill()
        _ = try python(Self.age, host)
        try host.start()
        try waitUntil("the hour before the kill") {
            let ages = try ages(host)
            return (ages.disk ?? 0) >= 59 && (ages.network ?? 0) >= 59
        }
        host.kill()
        try host.reboot()
        try waitUntil("the hour before the boot") {
            let ages = try ages(host)
            return (ages.disk ?? 0) >= 59 && (ages.network ?? 0) >= 59
        }
        // What this one writes at its end has it as well.
        _ = try host.stop()
        try host.start()
        try waitUntil("the hour before the stop") { (try ages(host).disk ?? 0) >= 59 }
        withExtendedLifetime(web) {}
    }
}
