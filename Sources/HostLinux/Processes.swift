// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc
public import HostCore

/// Reading /proc and holding processes by pidfd.
public enum Processes {
    /// The identity of the process that has `pid` now; nil when there is none.
    public static func identity(of pid: Int32) -> ProcessIdentity? {
        guard let fields = statFields(of: pid), fields.count > 19, let ticks = UInt64(fields[19]) else { return nil }
        return ProcessIdentity(pid: pid, startTicks: ticks)
    }

    /// Opens a pidfd for exactly this process: pidfd_open, then the start time is read again. Nil when it is gone.
    public static func open(_ identity: ProcessIdentity) -> Descriptor? {
        let raw = chost_pidfd_open(identity.pid)
        guard raw >= 0 else { return nil }
        let descriptor = Descriptor(owning: raw)
        guard Self.identity(of: identity.pid) == identity else { return nil }
        return descriptor
    }

    /// A pidfd of a child of ours: its pid cannot be another's before it is reaped.
    public static func open(child pid: Int32) -> Descriptor? {
        let raw = chost_pidfd_open(pid)
        return raw >= 0 ? Descriptor(owning: raw) : nil
    }

    /// Descendants whose parents end become children of this process (PR_SET_CHILD_SUBREAPER).
    public static func adoptOrphans() throws(SystemError) {
        try check("prctl") { chost_adopt_orphans() }
    }

    /// The short name of a process (comm); empty when it is gone.
    public static func name(of pid: Int32) -> String {
        let text = (try? Files.readText("/proc/\(pid)/comm", limit: 256)) ?? ""
        return text.last == "\n" ? String(text.dropLast()) : text
    }

    /// Whether a process has ended and only waits for its parent; true when it is gone altogether.
    public static func isZombie(_ pid: Int32) -> Bool {
        guard let state = statFields(of: pid)?.first else { return true }
        return state == "Z" || state == "X"
    }

    /// Whether a process was stopped (SIGSTOP, a debugger) and does nothing.
    public static func isStopped(_ pid: Int32) -> Bool {
        guard let state = statFields(of: pid)?.first else { return false }
        return state == "T" || state == "t"
    }

    /// All pids there are.
    public static func all() -> [Int32] {
        ((try? Files.list("/proc")) ?? []).compactMap { Int32($0) }
    }

    /// Sends a signal through a pidfd; false when the process is gone.
    @discardableResult
    public static func signal(_ pidfd: borrowing Descriptor, _ number: Int32) -> Bool {
        chost_pidfd_send_signal(pidfd.raw, number) == 0
    }

    /// Sends a signal that carries a value (sigqueue) through a pidfd; false when the process is gone.
    @discardableResult
    public static func signal(_ pidfd: borrowing Descriptor, _ number: Int32, value: Int32) -> Bool {
        chost_pidfd_queue_signal(pidfd.raw, number, value) == 0
    }

    /// The epoch: boot id, pid-namespace inode and start time of PID 1. Another epoch means that no process survived.
    public static func epoch() -> String {
        if let override = getenv("HOSTD_EPOCH") { return String(cString: override) }
        let boot = ((try? Files.readText("/proc/sys/kernel/random/boot_id", limit: 256)) ?? "").prefix { $0 != "\n" }
        var info = stat()
        let namespace = stat("/proc/self/ns/pid", &info) == 0 ? info.st_ino : 0
        return "\(boot)-\(namespace)-\(identity(of: 1)?.startTicks ?? 0)"
    }

    /// The fields of /proc/PID/stat that follow the name: index 0 is the state, index 19 the start time.
    static func statFields(of pid: Int32) -> [Substring]? {
        guard let text = try? Files.readText("/proc/\(pid)/stat", limit: 4096), let end = text.lastIndex(of: ")") else {
            return nil
        }
        return text[text.index(after: end)...].split(separator: " ")
    }
}
