// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// The watch over the disks, on small ones that are really full.
@Suite(.enabled(if: SmallDisk.isPossible, "mounting needs root")) struct DiskTests {
    private static let sleeper = "command = [\"sleep\", \"1000\"]\n"

    private func keys(_ path: String, _ further: String = "") -> String {
        "[disk]\npaths = [\"\(path)\"]\ninterval = \"200ms\"\nsettle = \"400ms\"\n\(further)\n"
    }

    /// Waits until hostd says of the file system at `path` what `condition` wants.
    @discardableResult
    private func wait(
        _ host: HostUnderTest, _ path: String, _ what: String, where condition: (DiskFileSystem) -> Bool
    ) throws -> DiskFileSystem {
        do {
            return try waitFor("\(path) to be \(what)") {
                let report = try DiskReport(json: try host.json("GET", "/v1/disk"))
                return report.fileSystems.first { $0.path == path && condition($0) }
            }
        } catch {
            throw TimedOut(event: "\(path) to be \(what): \(try host.json("GET", "/v1/disk"))\n\(host.said)")
        }
    }

    private func condition(_ host: HostUnderTest) throws -> ConditionStatus? {
        try host.status().conditions.first { $0.kind == "disk" }
    }

    private func events(_ host: HostUnderTest, _ kind: String) throws -> [String] {
        try host.events().filter { $0.kind == kind }.map(\.reason)
    }

    @Test func aServiceThatFillsADiskLetsOthersWaitAndHostdGoOn() throws {
        let disk = try SmallDisk(options: "size=32m")
        let host = try HostUnderTest(
            keys(disk.path) + """
                [service.steady]
                \(Self.sleeper)
                [service.filler]
                autostart = false
                command = "cat /dev/zero > \(disk.path)/fill; exec sleep 1000"
                [service.careful]
                autostart = false
                needs = ["disk"]
                \(Self.sleeper)
                """)
        try host.start()
        let steady = try host.waitReady("steady")
        try wait(host, disk.path, "ok") { $0.level == "ok" }
        _ = try host.act("start", "filler")
        let full = try wait(host, disk.path, "full") { $0.step == "emergency" }
        #expect(full.freePercent < 5 && full.reason.hasPrefix("0 B (0%) left"), "\(full)")
        let shown = try #require(try condition(host))
        #expect(shown.level == "critical" && shown.reason.contains("\(disk.path): 0 B (0%) left"))
        let evidence = shown.evidence["file_systems"]?.elements?.first { $0["path"]?.text == disk.path }
        #expect(evidence?["free_bytes"] == .integer(0) && evidence?["read_only"] == .bool(false))
        _ = try host.json("POST", "/v1/services/careful/start?wait=false")
        let waiting = try host.wait("careful", for: "waiting")
        #expect(waiting.reason.contains("disk"), "\(waiting.reason)")
        #expect(try host.status("steady").pid == steady)
        try disk.remove("fill")
        try wait(host, disk.path, "ok again") { $0.level == "ok" }
        try host.waitReady("careful")
        #expect(try host.status("filler").restarts == 0, "it is nobody's fault")
        try waitUntil("both changes in the history") {
            let told = try events(host, "host.condition")
            return told.contains { $0.hasPrefix("disk is critical: ") } && told.contains("disk is ok again")
        }
    }

    @Test func aFileSystemThatBecomesReadOnlyIsCritical() throws {
        let disk = try SmallDisk(options: "size=8m")
        let host = try HostUnderTest(keys(disk.path))
        try host.start()
        try wait(host, disk.path, "ok") { $0.level == "ok" && !$0.isReadOnly }
        try disk.remount(readOnly: true)
        let found = try wait(host, disk.path, "read-only") { $0.isReadOnly && $0.level == "critical" }
        #expect(found.reason == "it is read-only")
        try disk.remount(readOnly: false)
        try wait(host, disk.path, "ok again") { $0.level == "ok" }
    }

    @Test func aFileSystemThatAlwaysWasReadOnlyIsMeantToBe() throws {
        let disk = try SmallDisk(options: "size=8m")
        try disk.remount(readOnly: true)
        let host = try HostUnderTest(keys(disk.path))
        try host.start()
        try wait(host, disk.path, "ok") { $0.level == "ok" && $0.isReadOnly }
    }

    @Test func inodesThatRunOutAreCriticalWithRoomLeft() throws {
        let disk = try SmallDisk(options: "size=32m,nr_inodes=100")
        let host = try HostUnderTest(keys(disk.path))
        try host.start()
        try wait(host, disk.path, "ok") { $0.level == "ok" }
        var made = 0
        while (try? Files.replace("\(disk.path)/f\(made)", with: "".utf8)) != nil { made += 1 }
        let found = try wait(host, disk.path, "critical") { $0.level == "critical" }
        #expect(found.reason.contains(" of 100 inodes left"), "\(found.reason)")
        #expect(found.freePercent > 90)
        for index in 0..<made { try disk.remove("f\(index)") }
        try wait(host, disk.path, "ok again") { $0.level == "ok" }
    }

    @Test(arguments: ["tmpfs", "ext4"])
    func theReserveIsGivenBackAndMadeAgainAndTheStoreGoesOn(type: String) throws {
        let host = try HostUnderTest("")
        let disk =
            type == "tmpfs"
            ? try SmallDisk(at: host.dir + "/state", options: "size=64m")
            : try SmallDisk(at: host.dir + "/state", imageOf: 64 << 20)
        chmod(disk.path, 0o700)
        try host.configure(
            "[disk]\npaths = []\nreserve = \"8MiB\"\ninterval = \"200ms\"\nsettle = \"400ms\"\n"
                + "[service.a]\n\(Self.sleeper)")
        try host.start()
        let ballast = Ballast(path: disk.path + "/ballast")
        try waitUntil("the reserve to be there") { ballast.bytes >= 8 << 20 }
        try disk.fill()
        try waitUntil("the reserve to be given back") { ballast.bytes == 0 }
        // What happens on a full disk is written down all the same.
        _ = try host.act("restart", "a")
        try waitUntil("the history of it") {
            try events(host, "host.disk").contains { $0.hasPrefix("gave back the reserve, an emergency: freed 8 MiB") }
        }
        #expect(try !host.status().conditions.contains { $0.kind == "store" && $0.level != "ok" })
        try disk.remove("fill")
        try waitUntil("the reserve to be there again") { ballast.bytes >= 8 << 20 }
        // Another size, then none.
        try host.configure("[disk]\npaths = []\ninterval = \"200ms\"\nsettle = \"400ms\"\n")
        _ = try host.json("POST", "/v1/reload")
        try waitUntil("the reserve to be gone") { ballast.bytes == 0 }
    }

    @Test func whatMayGoIsRemovedWithTheRightsOfItsOwner() throws {
        let disk = try SmallDisk(options: "size=32m")
        let nobody: UInt32 = 65534
        try Files.makeFolder(disk.path + "/cache", mode: 0o755)
        try Files.makeFolder(disk.path + "/precious", mode: 0o755)
        try disk.oldFile("cache/old1", bytes: 1 << 20, owner: nobody)
        try disk.oldFile("cache/old2", bytes: 1 << 20, owner: nobody)
        try disk.oldFile("precious/root", bytes: 1 << 20)
        try Files.replace(disk.path + "/cache/young", with: [UInt8](repeating: 1, count: 4096))
        symlink(disk.path + "/precious", disk.path + "/cache/link")
        chown(disk.path + "/cache", nobody, nobody)
        let host = try HostUnderTest(
            keys(
                disk.path,
                """
                clean = [{ path = "\(disk.path)/cache/*", older = "1h" },
                    { path = "\(disk.path)/precious/*", older = "1h", user = "\(nobody)" }]
                """))
        try host.start()
        try wait(host, disk.path, "ok") { $0.level == "ok" }
        try disk.fill()
        try waitUntil("the old files to be gone") {
            try Files.list(disk.path + "/cache") == ["link", "young"]
        }
        try waitUntil("the steps to be told") {
            try events(host, "host.disk").contains {
                $0.hasPrefix("\(disk.path): freed 2 MiB: removed 2 files of \(disk.path)/cache/* as nobody")
            }
        }
        try waitUntil("the refusal to be told") {
            try events(host, "host.disk").contains {
                $0.hasPrefix("\(disk.path): cleaning \(disk.path)/precious/*: cannot unlink root: ")
            }
        }
        #expect(Files.exists(disk.path + "/precious/root"), "its user may not remove it, and root does not")
    }

    @Test func aNamedCacheIsCleanedAsItsUser() throws {
        let disk = try SmallDisk(options: "size=32m")
        let uid: UInt32 = 64_999
        for folder in ["home", "home/.npm", "home/.npm/_cacache", "home/.npm/_cacache/content-v2", "home/.claude"] {
            try Files.makeFolder("\(disk.path)/\(folder)", mode: 0o700)
            chown("\(disk.path)/\(folder)", uid, uid)
        }
        try disk.oldFile("home/.npm/_cacache/content-v2/ab", bytes: 1 << 20, owner: uid)
        try disk.oldFile("home/.claude/history.jsonl", bytes: 1 << 20, owner: uid)
        let host = try HostUnderTest(
            keys(disk.path, "clean = [{ cache = \"npm\", user = \"cacher\" }, { cache = \"pip\", user = \"cacher\" }]"))
        // A user of this hostd alone.
        let users = host.dir + "/passwd"
        let known = try Files.readText("/etc/passwd", limit: 1 << 20)
        try Files.replace(
            users, with: (known + "cacher:x:\(uid):\(uid)::\(disk.path)/home:/bin/sh\n").utf8, mode: 0o644)
        host.starter = [
            "/usr/bin/unshare", "-m", "/bin/sh", "-c", "mount --bind \(users) /etc/passwd; exec \"$@\"", "sh",
        ]
        try host.start()
        try wait(host, disk.path, "ok") { $0.level == "ok" }
        try disk.fill()
        try waitUntil("the step to be told") {
            try events(host, "host.disk").contains {
                $0.hasPrefix("\(disk.path): freed 1 MiB: removed 1 files of ~/.npm/_cacache/* as cacher")
            }
        }
        #expect(try Files.list(disk.path + "/home/.npm/_cacache/content-v2").isEmpty)
        #expect(Files.exists(disk.path + "/home/.claude/history.jsonl"))
        #expect(try !events(host, "host.disk").contains { $0.contains("cleaning ~/.cache/pip") }, "it is not there")
    }

    @Test func oldCrashReportsGoWhenTheStateIsFull() throws {
        let host = try HostUnderTest("")
        let disk = try SmallDisk(at: host.dir + "/state", options: "size=32m")
        chmod(disk.path, 0o700)
        try host.configure("[disk]\npaths = []\ninterval = \"200ms\"\nsettle = \"400ms\"\n")
        try Files.makeFolder(disk.path + "/crashes", mode: 0o700)
        for number in 10..<40 {
            try disk.oldFile("crashes/20260101T0000\(number).000Z-web.\(number).jsonl", bytes: 4096)
        }
        try host.start()
        try waitUntil("a look") { try condition(host) != nil }
        try disk.fill()
        try waitUntil("the newest 20 to be left") { try Files.list(disk.path + "/crashes").count == 20 }
        #expect(try Files.list(disk.path + "/crashes").first?.hasPrefix("20260101T000020") == true)
        try disk.remove("fill")
        try waitUntil("the step to be told") {
            try events(host, "host.disk").contains { $0.contains("removed 10 files of crash reports") }
        }
    }

    @Test func oldRotatedLogsGoWhenTheirDiskIsFull() throws {
        let host = try HostUnderTest("")
        let disk = try SmallDisk(at: host.dir + "/log", options: "size=32m")
        chmod(disk.path, 0o750)
        try host.configure("[disk]\npaths = []\ninterval = \"200ms\"\nsettle = \"400ms\"\n")
        try Files.makeFolder(disk.path + "/gone", mode: 0o750)
        for day in 1...3 {
            try disk.oldFile("gone/2026010\(day)T000000.000000Z.log.zst", bytes: 1 << 20)
            try disk.oldFile("gone/2026010\(day)T000000.000000Z.idx", bytes: 100)
        }
        try host.start()
        try waitUntil("a look") { try condition(host) != nil }
        try disk.fill()
        try waitUntil("only the newest to be left") {
            try Files.list(disk.path + "/gone") == ["20260103T000000.000000Z.idx", "20260103T000000.000000Z.log.zst"]
        }
        try waitUntil("the step to be told") {
            try events(host, "host.disk").contains { $0.contains("removed 4 files of rotated logs") }
        }
    }

    @Test func whoTakesTheRoomIsNamed() throws {
        let disk = try SmallDisk(options: "size=32m")
        let host = try HostUnderTest(
            keys(disk.path) + """
                [service.holder]
                command = \"\"\"
                exec 9> \(disk.path)/held; rm \(disk.path)/held; head -c 4M /dev/zero >&9; head -c 300000 /dev/zero
                exec sleep 1000\"\"\"
                """)
        try host.start()
        let pid = try host.waitReady("holder")
        let report = try waitFor("both to be named") {
            let report = try DiskReport(json: try host.json("GET", "/v1/disk"))
            let isThere = report.removed.contains { $0.path == disk.path + "/held" && $0.bytes >= 4 << 20 }
            return isThere && report.logs.contains { $0.name == "holder" && $0.bytes > 200_000 } ? report : nil
        }
        #expect(report.removed.first { $0.path == disk.path + "/held" }?.pid == pid)
        // Only the largest are listed, and this host may have larger ones elsewhere. The room is that of the last look.
        let page = try waitFor("the room to be looked at again", seconds: 60) {
            let page = try host.run("hostctl", ["disk", "--dir", host.dir]).output
            return page.contains("tmpfs  28 MiB of 32 MiB free") ? page : nil
        }
        #expect(page.contains("\nremoved, and still open\n"), "\(page)")
    }

    @Test func theFolderOfAServiceIsNamedWithWhatItTakes() throws {
        let disk = try SmallDisk(options: "size=32m")
        let folder = disk.path + "/work"
        try Files.makeFolder(folder, mode: 0o700)
        #expect(chown(folder, 65534, 65534) == 0)
        let host = try HostUnderTest(
            keys(disk.path) + """
                [service.writer]
                directory = "\(folder)"
                user = "nobody"
                command = "head -c 3M /dev/zero > data; exec sleep 1000"
                """)
        try host.start()
        try host.waitReady("writer")
        try waitUntil("the data to be there") { (try? FileStatus(at: folder + "/data"))?.size == 3 << 20 }
        let report = try waitFor("the folder to be looked into") {
            let report = try DiskReport(json: try host.json("GET", "/v1/disk"))
            return report.folders.isEmpty ? nil : report
        }
        let writer = try #require(report.folders.first)
        #expect(writer.name == "writer" && (3 << 20...4 << 20).contains(writer.bytes), "\(writer)")
        let page = try host.run("hostctl", ["disk", "--dir", host.dir]).output
        #expect(page.contains("\nfolders of services\n  writer     3 MiB\n"), "\(page)")
    }

    @Test(.enabled(if: FailingDisk.canBeMounted, "needs FUSE and python3-fusepy"))
    func writesThatFailAreToldUntilTheyWorkAgain() throws {
        let disk = try FailingDisk()
        let host = try HostUnderTest(
            """
            [disk]
            interval = "100ms"
            settle = "200ms"
            [service.a]
            command = ["sleep", "1000"]
            """)
        try Files.makeFolder(host.dir + "/log", mode: 0o750)
        try check("mount", host.dir + "/log") { mount(disk.path, host.dir + "/log", nil, UInt(MS_BIND), nil) }
        defer { umount2(host.dir + "/log", Int32(MNT_DETACH)) }
        try host.start()
        let pid = try host.waitReady("a")
        try waitUntil("the disk to be well") { try condition(host)?.level == "ok" }
        try disk.setFailing(true)
        try waitUntil("the failure to be told", seconds: 60) {
            let shown = try condition(host)
            return shown?.level == "critical" && shown?.reason.contains("Input/output error") == true
        }
        try disk.setFailing(false)
        try waitUntil("the end of it to be told", seconds: 60) { try condition(host)?.level == "ok" }
        #expect(try host.status("a").pid == pid)
    }

    @Test(.enabled(if: Files.exists("/dev/fuse"), "needs FUSE"))
    func aMountThatDoesNotAnswerIsCriticalAndHoldsNobodyElseUp() throws {
        let disk = try SmallDisk(options: "size=32m")
        let dead = try DeadMount()
        let host = try HostUnderTest(
            """
            [disk]
            paths = ["\(dead.path)", "\(disk.path)"]
            interval = "200ms"
            settle = "400ms"
            [service.a]
            \(Self.sleeper)
            ready = { exec = ["true"], interval = "100ms" }
            """)
        try host.start()
        try host.waitReady("a")
        try waitUntil("the dead mount to be told") {
            let shown = try condition(host)
            return shown?.level == "critical" && shown?.reason.contains("\(dead.path) does not answer") == true
        }
        try wait(host, disk.path, "ok") { $0.level == "ok" }
        try disk.fill()
        try wait(host, disk.path, "full") { $0.step == "emergency" }
        try disk.remove("fill")
        try wait(host, disk.path, "ok again") { $0.level == "ok" }
        // Whoever served it is gone: calls come back with an error.
        dead.end()
        try waitUntil("the error to be told") {
            let shown = try condition(host)
            return shown?.level == "warn" && shown?.reason.contains("Transport endpoint is not connected") == true
        }
    }
}
