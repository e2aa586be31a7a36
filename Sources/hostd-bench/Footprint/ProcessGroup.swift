// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// The processes of a supervisor by kind, without those that it supervises.
struct ProcessGroup {
    /// Kinds in the order of showing, with the pids of each.
    let kinds: [(name: String, pids: [Int32])]

    /// These processes.
    init(kinds: [(name: String, pids: [Int32])]) {
        self.kinds = kinds
    }

    /// A supervisor that is one process.
    init(name: String, pid: Int32) {
        kinds = [(name, [pid])]
    }

    /// hostd with its logger and keepers. A keeper without a child is the spare one.
    init(hostd pid: Int32) {
        let table = ProcessTable()
        var byName: [String: [Int32]] = [:]
        for child in table.children(of: pid) {
            let name = Processes.name(of: child)
            let isSpare = name == "hostd-keeper" && table.children(of: child).isEmpty
            byName[isSpare ? "spare keeper" : name, default: []].append(child)
        }
        kinds = [("hostd", [pid])] + byName.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How many processes there are of this kind.
    func count(of name: String) -> Int {
        kinds.first { $0.name == name }?.pids.count ?? 0
    }

    /// What each kind takes now.
    func read() -> [(name: String, reading: ProcessReading)] {
        kinds.map { kind in
            (kind.name, kind.pids.compactMap { ProcessReading(of: $0) }.reduce(ProcessReading(), +))
        }
    }
}
