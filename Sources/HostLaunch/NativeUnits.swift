// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostLinux

/// Units of systemd that are enabled, found by what stands in the folders of the managers: nobody is asked. Blocks: for
/// the Worker.
public nonisolated enum NativeUnits {
    /// A unit that is enabled.
    public struct Enabled: Hashable, Sendable {
        /// Which.
        public var unit: SystemdUnit
        /// The link that enables it.
        public var link: String
    }

    private static let ofSystem = ["/etc/systemd", "/run/systemd", "/usr/local/lib/systemd", "/usr/lib/systemd"]
    private static let sizeLimit = 64 << 10

    /// The enabled units that match one of `patterns`, in the folders of the system and of users. Those of a user who
    /// is not `owner` count only where their file names one of `ports`: others may run what they like.
    public static func enabled(
        _ patterns: [String], ports: [UInt16], owner: UserAccount, root: String = ""
    ) -> [Enabled] {
        guard !patterns.isEmpty else { return [] }
        let system = ofSystem.flatMap { links(in: root + $0 + "/system", patterns, .system) }
        let everyUser = ofSystem.flatMap { links(in: root + $0 + "/user", patterns, .everyUser) }
        let own = links(in: root + folder(of: owner), patterns, .user(owner.uid))
        let others = Users.local(root: root).filter { $0.uid != owner.uid }.flatMap { user in
            links(in: root + folder(of: user), patterns, .user(user.uid)).filter {
                names(ports, root + folder(of: user) + "/" + $0.unit.name)
            }
        }
        var seen: Set<SystemdUnit> = []
        return (system + everyUser + own + others).filter { seen.insert($0.unit).inserted }
    }

    private static func folder(of user: UserAccount) -> String { user.home + "/.config/systemd/user" }

    private static func links(
        in folder: String, _ patterns: [String], _ manager: SystemdUnit.Manager
    ) -> [Enabled] {
        let wishes = ((try? Files.list(folder)) ?? []).filter { name in
            [".wants", ".requires", ".upholds"].contains { name.hasSuffix($0) }
        }
        return wishes.flatMap { wish in
            ((try? Files.list("\(folder)/\(wish)")) ?? []).compactMap { name -> Enabled? in
                guard patterns.contains(where: { fnmatch($0, name, 0) == 0 }),
                    // Masked, or left over from a unit that is gone.
                    Files.linkTarget("\(folder)/\(name)") != "/dev/null", Files.exists("\(folder)/\(wish)/\(name)")
                else { return nil }
                return Enabled(unit: SystemdUnit(name: name, manager: manager), link: "\(folder)/\(wish)/\(name)")
            }
        }
    }

    /// Whether one of `ports` stands in a unit file. It belongs to whoever has the folder: a link is not followed.
    private static func names(_ ports: [UInt16], _ path: String) -> Bool {
        guard (try? FileStatus(ofLinkAt: path))?.kind == .regular,
            let text = try? Files.readText(path, limit: sizeLimit)
        else { return false }
        let numbers = Set(text.split { !$0.isNumber }.compactMap { UInt16($0) })
        return ports.contains(where: numbers.contains)
    }
}
