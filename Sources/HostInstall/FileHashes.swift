// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// The hashes of all files of a Node: `HASH  bin/node`, a line each.
struct FileHashes {
    private(set) var hashes: [String: String] = [:]

    private static let limitBytes = 16 << 20

    /// Hashes every file below `folder`, but for those that hostd adds.
    init(of folder: String) throws(SystemError) {
        for entry in try FileTree.entries(of: folder) where entry.kind == .file {
            guard ![InstallRecord.fileName, InstallRecord.hashesName].contains(entry.path) else { continue }
            let file = try Descriptor(opening: "\(folder)/\(entry.path)", Descriptor.readingOnly)
            hashes[entry.path] = try SHA256.hex(of: file)
        }
    }

    /// Reads what was kept in `folder`; nil when nothing was.
    init?(keptIn folder: String) {
        let path = "\(folder)/\(InstallRecord.hashesName)"
        guard let text = try? Files.readText(path, limit: Self.limitBytes) else { return nil }
        for line in text.split(separator: "\n") {
            guard let hash = SHA256Text(line.prefix(64)), line.dropFirst(64).hasPrefix("  ") else { continue }
            hashes[String(line.dropFirst(66))] = hash.text
        }
    }

    /// As sha256sum writes them.
    var text: String {
        hashes.sorted { $0.key < $1.key }.map { "\($0.value)  \($0.key)\n" }.joined()
    }

    /// What is different in `other`, sorted by path: "bin/node has changed".
    func differences(to other: FileHashes) -> [String] {
        var found: [(path: String, text: String)] = []
        for (path, hash) in hashes {
            switch other.hashes[path] {
            case hash: continue
            case nil: found.append((path, "\(path) is missing"))
            default: found.append((path, "\(path) has changed"))
            }
        }
        for path in other.hashes.keys where hashes[path] == nil { found.append((path, "\(path) was added")) }
        return found.sorted { $0.path < $1.path }.map { CleanLine.of($0.text) }
    }
}
