// SPDX-License-Identifier: Apache-2.0

/// The connections of whole trees of processes. Takes a moment: for the Worker.
public enum TreeSockets {
    /// Those of the descendants of each of `roots` that go beyond this host, by root.
    public static func figures(below roots: Set<Int32>) -> [Int32: [SocketFigures]] {
        let all = SocketFigures.read()
        guard !all.isEmpty, !roots.isEmpty else { return [:] }
        let byInode = Dictionary(all.map { ($0.inode, $0) }) { first, _ in first }
        return ProcessTrees.members(below: roots).mapValues { pids in
            // Children share what they inherit: each socket counts once.
            Set(pids.flatMap { inodes(of: $0) }).compactMap { byInode[$0] }
        }
    }

    private static func inodes(of pid: Int32) -> [UInt32] {
        let folder = "/proc/\(pid)/fd"
        return ((try? Files.list(folder)) ?? []).compactMap { name in
            guard let target = Files.linkTarget("\(folder)/\(name)"), target.hasPrefix("socket:[") else { return nil }
            return UInt32(target.dropFirst("socket:[".count).dropLast())
        }
    }
}
