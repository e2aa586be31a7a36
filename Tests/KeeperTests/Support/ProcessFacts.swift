// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit

/// What /proc says of a process.
struct ProcessFacts {
    let pid: Int32

    /// A line of /proc/PID/status: `Uid`, `SigBlk`; its fields with one space between them.
    func status(_ name: String) -> String? {
        guard let text = try? Files.readText("/proc/\(pid)/status") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix(name + ":") {
            return line.dropFirst(name.count + 1).split { $0 == " " || $0 == "\t" }.joined(separator: " ")
        }
        return nil
    }

    /// Soft and hard limit, as /proc/PID/limits has them: `Max open files`.
    func limit(_ name: String) -> String? {
        guard let text = try? Files.readText("/proc/\(pid)/limits") else { return nil }
        for line in text.split(separator: "\n") where line.hasPrefix(name + " ") {
            return line.dropFirst(name.count).split(separator: " ").prefix(2).joined(separator: " ")
        }
        return nil
    }

    /// Field `number` of /proc/PID/stat, from 3 up.
    func stat(_ number: Int) -> String? {
        guard let text = try? Files.readText("/proc/\(pid)/stat"), let end = text.lastIndex(of: ")") else { return nil }
        let fields = text[text.index(after: end)...].split(separator: " ")
        return fields.count > number - 3 ? String(fields[number - 3]) : nil
    }

    /// The open descriptors with what they are.
    var descriptors: [String: String] {
        let names = (try? Files.list("/proc/\(pid)/fd")) ?? []
        return names.reduce(into: [:]) { $0[$1] = Files.linkTarget("/proc/\(pid)/fd/\($1)") }
    }

    /// Waits for the environment; in the middle of an exec there is none.
    func environment() throws -> [String] {
        try waitFor("the environment of \(pid)") {
            let text = try Files.readText("/proc/\(pid)/environ")
            return text.isEmpty ? nil : text.split(separator: "\0").map(String.init)
        }
    }

    /// Whether the process runs: it is there and no zombie.
    var isAlive: Bool { !Processes.isZombie(pid) }

    /// The parent.
    var parent: Int32? { stat(4).flatMap { Int32($0) } }
}

/// The processes that carry `token` as HOSTD_INSTANCE, but for keepers.
func processes(withToken token: String) -> [Int32] {
    let mark = Array("HOSTD_INSTANCE=\(token)".utf8)
    return Processes.all().filter { pid in
        guard let environment = try? Files.read("/proc/\(pid)/environ"), !Processes.isZombie(pid) else { return false }
        return environment.split(separator: 0).contains { $0.elementsEqual(mark) }
            && Processes.name(of: pid) != "hostd-keeper"
    }
}

/// Waits until exactly `count` processes carry `token`.
@discardableResult
func waitForProcesses(_ count: Int, withToken token: String) throws -> [Int32] {
    try waitFor("\(count) processes of the tree") {
        let found = processes(withToken: token)
        return found.count == count ? found : nil
    }
}
