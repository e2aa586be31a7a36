// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// The part of the cgroup v2 hierarchy that was given to hostd, with a child for each instance.
public struct DelegatedCgroup: Hashable, Sendable {
    /// Its folder.
    public let path: String
    /// The controllers that its children have: of `memory`, `pids`, `cpu` and `io`.
    public let controllers: Set<String>

    /// The child that hostd itself and its keepers live in: a cgroup with controllers for its children has no processes
    /// of its own.
    public static let ownChild = "hostd-itself"
    private static let wanted = ["memory", "pids", "cpu", "io"]

    /// Takes what was given to this process, moves all that lives there into a child, and turns on the controllers for
    /// the others. Nil where nothing was given, or nothing in it could limit anything.
    ///
    /// Only for a program that may change its own place: hostd, once, before it starts others.
    public static func take() -> DelegatedCgroup? {
        guard let path = given() else { return nil }
        let available = words(of: path + "/cgroup.controllers").filter(wanted.contains)
        guard !available.isEmpty, moveAll(of: path) else { return nil }
        for controller in available { try? Files.write("+" + controller, to: path + "/cgroup.subtree_control") }
        let enabled = Set(words(of: path + "/cgroup.subtree_control")).intersection(wanted)
        return enabled.isEmpty ? nil : DelegatedCgroup(path: path, controllers: enabled)
    }

    /// The part at `path` with these controllers.
    public init(path: String, controllers: Set<String>) {
        self.path = path
        self.controllers = controllers
    }

    /// The cgroup above this process, when it was delegated: systemd marks those, and in a container the root is ours,
    /// which the host's own root is not.
    ///
    /// From systemd only where it puts hostd into the child by itself (DelegateSubgroup=): otherwise it would start the
    /// next hostd in the cgroup whose children have controllers, which the kernel refuses as long as any of them lives.
    private static func given() -> String? {
        guard let mount = mountPoint(), var own = path(of: "self") else { return nil }
        let isPlaced = own.hasSuffix("/" + ownChild)
        if isPlaced { own.removeLast(ownChild.utf8.count + 1) }
        let path = own == "/" || own.isEmpty ? mount : mount + own
        let isMarked = ["trusted.delegate", "user.delegate"].contains { attribute($0, of: path) == "1" }
        let isOurRoot = path == mount && Files.exists(path + "/cgroup.type")
        guard isMarked && isPlaced || isOurRoot, access(path + "/cgroup.procs", W_OK) == 0, access(path, W_OK) == 0
        else {
            return nil
        }
        return path
    }

    /// Everything in the cgroup moves into the child; false when something cannot.
    private static func moveAll(of path: String) -> Bool {
        let child = path + "/" + ownChild
        guard mkdir(child, 0o755) == 0 || errno == EEXIST else { return false }
        // What forks meanwhile is moved by the next round.
        for _ in 0..<100 {
            let pids = words(of: path + "/cgroup.procs")
            if pids.isEmpty { return true }
            for pid in pids { try? Files.write(pid, to: child + "/cgroup.procs") }
        }
        return false
    }

    private static func words(of path: String) -> [String] {
        let text = (try? Files.readText(path, limit: 1 << 20)) ?? ""
        return text.split { $0 == " " || $0 == "\n" }.map(String.init)
    }

    /// The controllers that the service manager can limit its units with: those of the root of the hierarchy.
    public static func managerControllers() -> Set<String> {
        guard let mount = mountPoint() else { return [] }
        return Set(words(of: mount + "/cgroup.controllers")).intersection(wanted)
    }

    /// Where a process is: from `0::/system.slice/hostd.service`.
    public static func path(of pid: String) -> String? {
        let text = (try? Files.readText("/proc/\(pid)/cgroup", limit: 65536)) ?? ""
        return text.split(separator: "\n").first { $0.hasPrefix("0::") }.map { String($0.dropFirst(3)) }
    }

    /// Where the whole of the hierarchy that we see is mounted.
    static func mountPoint() -> String? {
        let text = (try? Files.readText("/proc/self/mountinfo", limit: 4 << 20)) ?? ""
        for line in text.split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard let dash = fields.firstIndex(of: "-"), fields.count > dash + 1, fields[dash + 1] == "cgroup2" else {
                continue
            }
            if fields[3] == "/" { return String(fields[4]) }
        }
        return nil
    }

    private static func attribute(_ name: String, of path: String) -> String? {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 1) { buffer in
            let count = chost_attribute(path, name, buffer.baseAddress, buffer.count)
            return count < 0 ? nil : String(decoding: buffer.prefix(count), as: UTF8.self)
        }
    }
}
