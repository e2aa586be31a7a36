// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit
import Testing

/// hostd as a unit of a systemd that boots in a container of its own: tools/booted-scenarios.
struct BootedTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let canBoot = getuid() == 0 && Files.exists("/usr/bin/systemd-nspawn")
    /// The tool's word for "not here".
    private static let skipped: Int32 = 77

    @Test(.enabled(if: canBoot, "needs root and systemd-nspawn"))
    func theUnitKeepsItsPromises() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/output"
        let output = try Descriptor(opening: path, O_WRONLY | O_CREAT)
        let process = try Processes.spawn(
            Self.root + "/tools/booted", [Programs.folder],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=\(folder.path)"], output: output.raw)
        let pidfd = process.takeDescriptor()
        let raw = pidfd.raw
        var status: Int32 = 0
        try waitUntil("the scenarios to end", seconds: 300) { chost_pidfd_reap(raw, &status) != 0 }
        let text = try Files.readText(path, limit: 16 << 20)
        guard status != Self.skipped << 8 else { return }
        #expect(status == 0, "\(text)")
        #expect(text.hasSuffix("all scenarios passed\n"), "\(text)")
    }
}
