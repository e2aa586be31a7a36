// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostLinux
import TestKit
import Testing

/// `make install` and `make uninstall`, into a folder.
@Suite struct InstallTests {
    private static let root = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    private func make(_ target: String, _ variables: String...) throws {
        let path = folder.path + "/output"
        let output = try Descriptor(opening: path, O_WRONLY | O_CREAT | O_TRUNC)
        let arguments = ["make", "-s", "-C", Self.root, target, "DESTDIR=\(folder.path)/root", "STRIP=true"]
        let process = try Processes.spawn(
            "/usr/bin/env", arguments + ["RELEASE=\(Programs.folder)"] + variables,
            environment: ["PATH=/usr/sbin:/usr/bin:/sbin:/bin"], output: output.raw)
        let pidfd = process.takeDescriptor()
        let raw = pidfd.raw
        var status: Int32 = 0
        try waitUntil("make \(target) to end", seconds: 120) { chost_pidfd_reap(raw, &status) != 0 }
        let text = try Files.readText(path)
        #expect(status == 0, "\(text)")
    }

    /// All files below a folder, without its name.
    private func files(below path: String = "") -> [String] {
        let place = folder.path + "/root" + path
        return ((try? Files.list(place)) ?? []).flatMap { name -> [String] in
            var info = stat()
            guard lstat("\(place)/\(name)", &info) == 0 else { return [] }
            return info.st_mode & S_IFMT == S_IFDIR ? files(below: "\(path)/\(name)") : ["\(path)/\(name)"]
        }
    }

    @Test func whatIsInstalledIsFoundWhereTheUnitsSayAndGoesAgain() throws {
        try make("install", "PREFIX=/opt/hostd", "SYSTEMD_VERSION=254")
        let unit = try Files.readText(folder.path + "/root/opt/hostd/lib/systemd/system/hostd.service")
        for line in unit.split(separator: "\n") where line.hasPrefix("Exec") {
            let program = line.drop { $0 != "/" }.prefix { $0 != " " }
            #expect(access(folder.path + "/root" + program, X_OK) == 0, "\(line)")
        }
        #expect(files().contains("/opt/hostd/libexec/hostd/hostd-keeper"))
        let manual = try Files.readText(folder.path + "/root/opt/hostd/share/man/man8/hostd-keeper.8")
        #expect(manual.contains("/opt/hostd/libexec/hostd/hostd\\-keeper"))
        try make("uninstall", "PREFIX=/opt/hostd")
        #expect(files() == ["/etc/hostd/hostd.toml"], "the configuration stays")
    }

    @Test(arguments: [("", false), ("252", false), ("254", true), ("257", true)])
    func onlyASystemdThatKnowsSubgroupsIsToldOfOne(version: String, isTold: Bool) throws {
        try make("install-units", "SYSTEMD_VERSION=\(version)")
        #expect(files().contains { $0.hasSuffix("/hostd.service.d/10-subgroup.conf") } == isTold)
    }

    @Test func aConfigurationThatIsThereStays() throws {
        try Files.makeFolder(folder.path + "/root/etc/hostd")
        try Files.replace(folder.path + "/root/etc/hostd/hostd.toml", with: "[host]\n".utf8)
        try make("install")
        #expect(try Files.readText(folder.path + "/root/etc/hostd/hostd.toml") == "[host]\n")
    }

    @Test func theFirstConfigurationIsAccepted() throws {
        let host = try HostUnderTest(try Files.readText(Self.root + "/config/hostd.toml"))
        let result = try host.run("hostd", ["--check", "--dir", host.dir])
        #expect(result.status == 0, "\(result.output)")
    }
}
