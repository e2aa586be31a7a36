// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit

/// A folder with a configuration that names a mirror, and hostctl on it.
final class MirroredHost {
    let mirror: NodeMirror
    let folder: TemporaryFolder
    var store: String { folder.path + "/state/node" }

    /// `keys` are further lines of `[node]`, `services` what follows.
    init(keys: String = "", services: String = "") throws {
        mirror = try NodeMirror()
        folder = try TemporaryFolder()
        try configure(keys: keys, services: services)
    }

    deinit {
        // Its folders are read-only.
        try? FileTree.remove(folder.path + "/state")
    }

    func configure(mirror address: String? = nil, keys: String = "", services: String = "") throws {
        let text = "[node]\nmirror = \"\(address ?? mirror.address())\"\n\(keys)\n\(services)\n"
        try Files.replace(folder.path + "/hostd.toml", with: text.utf8)
    }

    /// Writes node.lock with the Node at `path` as its default.
    func lock(_ version: String, abi: String, path: String, sha256: String = String(repeating: "0", count: 64)) throws {
        let text = """
            {"format": 1, "default": {"spec": "22", "version": "\(version)", "path": "\(path)", "sha256": "\(sha256)",
            "abi": "\(abi)", "platform": "linux", "architecture": "x64", "libc": "glibc", "lts": null, "sqlite": null,
            "file": "1:2:3:4:5", "pinned_at": "2026-05-18T09:30:00Z"}, "pins": []}
            """
        try Files.replace(folder.path + "/node.lock", with: text.utf8)
    }

    /// Runs `hostctl node …` on it.
    func run(_ words: String..., environment: [String: String] = [:]) throws -> Hostctl.Result {
        let running = try RunningHostctl(
            ["node"] + words + ["--dir", folder.path], at: nil, environment: environment)
        let code = try running.wait(seconds: 300)
        return Hostctl.Result(code: code, out: try running.output(), err: try running.errors())
    }
}
