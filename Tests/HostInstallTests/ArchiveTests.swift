// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit
import Testing

@testable import HostInstall

/// What an archive may hold, and where that may lead.
@Suite struct ArchiveTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        try Files.makeFolder(folder.path + "/into")
    }

    /// An archive with one entry after another: kind (file, link, hard, fifo), path and target or content.
    private func archive(_ entries: [(kind: String, path: String, target: String)]) throws -> Archive {
        let path = folder.path + "/a.tar.gz"
        let script = """
            import io, sys, tarfile
            kinds = {"file": tarfile.REGTYPE, "link": tarfile.SYMTYPE, "hard": tarfile.LNKTYPE,
                     "fifo": tarfile.FIFOTYPE}
            with tarfile.open(sys.argv[1], "w:gz") as archive:
                for kind, path, target in zip(*[iter(sys.argv[2:])] * 3):
                    entry = tarfile.TarInfo(path)
                    entry.type = kinds[kind]
                    content = target.encode() if kind == "file" else b""
                    entry.size = len(content)
                    entry.mode = 0o4755
                    entry.linkname = "" if kind == "file" else target
                    archive.addfile(entry, io.BytesIO(content))
            """
        let command = BriefCommand(
            "/usr/bin/env", ["python3", "-c", script, path] + entries.flatMap { [$0.kind, $0.path, $0.target] },
            environment: ["PATH=" + (getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin")])
        let answer = try command.run(within: .seconds(60), limitBytes: 1 << 20)
        #expect(answer.code == 0, "\(String(decoding: answer.output, as: UTF8.self))")
        return Archive(path: path, top: "top")
    }

    private func failure(_ entries: [(kind: String, path: String, target: String)]) throws -> String {
        let archive = try archive(entries)
        do throws(InstallError) {
            try archive.unpack(into: folder.path + "/into")
        } catch {
            #expect(!error.description.contains("\n"))
            return error.description
        }
        return ""
    }

    @Test func whatStaysInsideIsUnpacked() throws {
        let archive = try archive([
            ("file", "top/lib/npm/cli.js", "x"), ("link", "top/bin/npm", "../lib/npm/cli.js"),
            ("hard", "top/copy", "top/lib/npm/cli.js"),
        ])
        try archive.unpack(into: folder.path + "/into")
        let entries = try FileTree.entries(of: folder.path + "/into")
        #expect(entries.map(\.path).contains("top/bin/npm"))
        #expect(try Files.readText(folder.path + "/into/top/bin/npm") == "x")
        #expect(try Files.readText(folder.path + "/into/top/copy") == "x")
        #expect(try FileStatus(at: folder.path + "/into/top/copy").rights & 0o7000 == 0)
    }

    @Test(arguments: [
        ("file", "../evil", ""), ("file", "top/../../evil", ""), ("file", "/tmp/evil", ""), ("file", "other/evil", ""),
        ("file", "top/a/../../top/evil", ""), ("link", "top/evil", "/etc/passwd"), ("link", "top/evil", "../../etc"),
        ("link", "top/a/evil", "../.."), ("hard", "top/evil", "/etc/passwd"), ("hard", "top/evil", "top/../../etc/x"),
        ("fifo", "top/evil", ""),
    ])
    func whatLeadsOutIsRefusedBeforeAnythingIsWritten(kind: String, path: String, target: String) throws {
        let failure = try failure([("file", "top/good", "x"), (kind, path, target)])
        #expect(failure.contains("leads out of top") || failure.contains("no file, folder or link"), "\(failure)")
        #expect(try Files.list(folder.path + "/into").isEmpty)
    }

    @Test func aChainOfLinksThatLeadsOutIsRefused() throws {
        // Each of them stays inside by its text; together they leave.
        let failure = try failure([
            ("file", "top/e/x", ""), ("file", "top/d1/d2/x", ""), ("link", "top/d1/d2/l", "../../e"),
            ("link", "top/m", "d1/d2/l/../../.."),
        ])
        #expect(failure.hasSuffix("m leads out of top, or nowhere"), "\(failure)")
    }

    @Test func aLinkThatLeadsNowhereIsRefused() throws {
        #expect(try failure([("link", "top/l", "gone")]).hasSuffix("l leads out of top, or nowhere"))
    }

    @Test func whatIsNoArchiveIsRefused() throws {
        let path = folder.path + "/b.tar.gz"
        try Files.replace(path, with: [UInt8](repeating: 7, count: 4096))
        #expect(throws: InstallError.self) {
            try Archive(path: path, top: "top").unpack(into: folder.path + "/into")
        }
    }
}
