// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// A process that runs a program below some folder.
public struct NodeUse: Hashable, Sendable {
    /// Its process id.
    public var pid: Int32
    /// Its short name.
    public var name: String
    /// The instance of a service or job of hostd that it belongs to; nil for any other, or where that cannot be seen.
    public var service: String?

    /// The processes whose program stands below `folder`; those that another user may not look at are not seen.
    public static func below(_ folder: String) -> [NodeUse] {
        guard let real = try? Files.realPath(folder) else { return [] }
        return Processes.all().compactMap { pid in
            guard let program = Files.linkTarget("/proc/\(pid)/exe"), program.hasPrefix(real + "/") else { return nil }
            return NodeUse(pid: pid, name: Processes.name(of: pid), service: service(of: pid))
        }
    }

    private static func service(of pid: Int32) -> String? {
        guard let bytes = try? Files.read("/proc/\(pid)/environ", limit: 256 << 10) else { return nil }
        for variable in bytes.split(separator: 0) where variable.starts(with: "HOSTD_SERVICE=".utf8) {
            return String(decoding: variable.dropFirst("HOSTD_SERVICE=".utf8.count), as: UTF8.self)
        }
        return nil
    }
}
