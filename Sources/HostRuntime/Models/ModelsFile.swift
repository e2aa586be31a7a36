// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// The file that `HOSTD_MODELS_FILE` names: the models in force as JSON, replaced as a whole and never missing.
struct ModelsFile {
    /// The variable that names it to children.
    nonisolated static let variable = "HOSTD_MODELS_FILE"

    /// Its path.
    let path: String

    init(run: String) { path = run + "/models.json" }

    /// At a start: what is known to be in force, instead of no file.
    func writeIfMissing(_ models: LaunchModels) throws(SystemError) {
        if !Files.exists(path) { try write(models) }
    }

    /// The runtime folder is in memory: this does not wait for a disk.
    func write(_ models: LaunchModels) throws(SystemError) {
        let tiers = models.models.sorted { $0.key < $1.key }.map { JSON.Member(key: $0.key, value: .string($0.value)) }
        let json: JSON = ["generation": .integer(models.generation), "tiers": .object(tiers)]
        // Who runs under another user passes through the folder, and sees nothing else in it.
        if let folder = path.lastIndex(of: "/"), getuid() == 0 { try Files.setMode(String(path[..<folder]), 0o711) }
        try Files.replace(path, with: json.bytes, mode: 0o644)
    }
}
