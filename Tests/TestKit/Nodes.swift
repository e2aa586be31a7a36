// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// Real Nodes of several versions: `tools/deps test` puts them into .build/nodes.
public enum Nodes {
    /// The binary of a major version; there is none where `isThere` is false.
    public static func path(_ major: Int) -> String { "\(folder)/\(major)/bin/node" }

    /// Whether all of 20, 22 and 24 are there; tests that need them are skipped where they are not.
    public static let areThere = [20, 22, 24].allSatisfy { Files.exists(path($0)) }

    private static let folder = BuildFolder.find("nodes")

    /// Puts a copy of a Node of `major` at `path`, whose folder is made. A copy, since tests change it: what is there
    /// already is replaced by another file, as an installer does it.
    public static func install(_ major: Int, at path: String) throws {
        guard let slash = path.lastIndex(of: "/") else { throw SystemError(code: EINVAL, call: "copy", subject: path) }
        try Files.makeFolder(String(path[..<slash]), mode: 0o755)
        let answer = try BriefCommand(
            "/bin/cp", ["--reflink=auto", Self.path(major), path + ".new"], environment: []
        ).run(within: .seconds(300), limitBytes: 4096)
        guard answer.code == 0 else {
            throw SystemError(code: EIO, call: String(decoding: answer.output, as: UTF8.self), subject: path)
        }
        try check("rename", path) { rename(path + ".new", path) }
    }
}
