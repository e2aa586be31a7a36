// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// Who is whose child, read once from /proc.
struct ProcessTable {
    private let children: [Int32: [Int32]]

    init() {
        var children: [Int32: [Int32]] = [:]
        for pid in Processes.all() {
            guard let text = try? Files.readText("/proc/\(pid)/stat", limit: 4096), let end = text.lastIndex(of: ")")
            else {
                continue
            }
            // After the name: state, parent.
            let fields = text[text.index(after: end)...].split(separator: " ", maxSplits: 2)
            guard fields.count > 1, let parent = Int32(fields[1]) else { continue }
            children[parent, default: []].append(pid)
        }
        self.children = children
    }

    /// The children of a process.
    func children(of pid: Int32) -> [Int32] { children[pid] ?? [] }
}
