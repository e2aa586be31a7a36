// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit
import Testing

/// hostd under a systemd that boots in a container of its own: the topics of Tests/Booted. One after the other, since
/// they measure themselves against what people wait for.
@Suite(.serialized)
struct BootedTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private static let canBoot = getuid() == 0 && Files.exists("/usr/bin/systemd-nspawn")
    /// The tool's word for "not here".
    private static let skipped: Int32 = 77

    private static let topics = ((try? Files.list(root + "/Tests/Booted")) ?? []).sorted()
        .filter { $0.hasSuffix(".sh") && !$0.hasSuffix("lib.sh") }.map { String($0.dropLast(3)) }

    @Test(
        "hostd keeps its promises under systemd", .enabled(if: canBoot, "needs root and systemd-nspawn"),
        arguments: topics)
    func booted(topic: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/output"
        let output = try Descriptor(opening: path, O_WRONLY | O_CREAT)
        let process = try Processes.spawn(
            Self.root + "/tools/booted", [Programs.folder, topic],
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin", "TMPDIR=\(folder.path)"], output: output.raw)
        let pidfd = process.takeDescriptor()
        let raw = pidfd.raw
        var status: Int32 = 0
        try waitUntil("\(topic) to end", seconds: 600) { chost_pidfd_reap(raw, &status) != 0 }
        let text = try Files.readText(path, limit: 16 << 20)
        guard status != Self.skipped << 8 else {
            print("hostd under systemd (\(topic)) was not tried: \(text)")
            return
        }
        #expect(status == 0, "\(text)")
        #expect(text.hasSuffix("all of \(topic) passed\n"), "\(text)")
    }
}
