// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

/// The unit files, as systemd itself reads them.
struct UnitsTests {
    private static let hasSystemd = Files.exists("/usr/bin/systemd-analyze")

    /// The units in a folder, naming programs that are there.
    private static func units(in folder: TemporaryFolder) throws {
        for path in ["sbin/hostd", "bin/hostctl", "libexec/hostd/hostd-logger"] {
            let program = "\(folder.path)/\(path)"
            try Files.makeFolder(String(program[..<(program.lastIndex(of: "/") ?? program.endIndex)]))
            try Files.replace(program, with: "#!/bin/sh\n".utf8, mode: 0o755)
        }
        try Files.makeFolder(folder.path + "/user")
        for unit in [
            "hostd.service", "hostd-logger.service", "hostd-board.service", "hostd-board.timer", "user/hostd.service",
        ] {
            let text = try Files.readText("\(Repository.root)/config/systemd/\(unit)")
            try Files.replace("\(folder.path)/\(unit)", with: text.replacing("/usr/local", with: folder.path).utf8)
        }
    }

    private static func verify(_ arguments: String) throws {
        let folder = try TemporaryFolder()
        try units(in: folder)
        let command = "cd \(folder.path) && XDG_RUNTIME_DIR=$PWD systemd-analyze verify --man=no \(arguments)"
        do {
            #expect(try Repository.output("sh", ["-c", command]) == "")
        } catch let failure as Repository.Failure {
            Issue.record("systemd-analyze verify \(arguments): \(failure.output)")
        }
    }

    @Test(.enabled(if: hasSystemd, "needs systemd-analyze")) func theSystemsUnitsVerify() throws {
        try Self.verify("./hostd.service ./hostd-logger.service ./hostd-board.service ./hostd-board.timer")
    }

    @Test(.enabled(if: hasSystemd, "needs systemd-analyze")) func theUsersUnitVerifies() throws {
        try Self.verify("--user ./user/hostd.service")
    }

    @Test(.enabled(if: Files.exists("/usr/bin/systemd-sysusers"), "needs systemd-sysusers"))
    func theGroupsAreRead() throws {
        let file = Repository.root + "/config/systemd/hostd.sysusers.conf"
        _ = try Repository.output("systemd-sysusers", ["--dry-run", file])
    }
}
