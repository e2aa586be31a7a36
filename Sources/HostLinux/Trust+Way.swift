// SPDX-License-Identifier: Apache-2.0

/// Whoever can write a folder on the way to a file can put another file in its place, whatever the file's own rights.
extension Trust {
    /// As many links as the kernel follows (path_resolution(7)).
    private static let linkLimit = 40

    /// What is wrong with the folders and links that lead to `path`, an absolute path, and what would be right; nil
    /// when nobody else can change where it leads. In folders with a sticky bit others cannot touch what is there. Of
    /// `path` itself only a link is looked at, and nothing behind what is missing. The look begins in `start`, a folder
    /// on the way; `believingGroups` leaves out that groups may write.
    public func complaintOnWay(
        to path: String, from start: String = "/", believingGroups: Bool = false
    ) -> String? {
        var place = start == "/" ? "" : start
        var rest = path.dropFirst(place.count).split(separator: "/").map(String.init)[...]
        var links = 0
        while true {
            if let complaint = complaint(aboutFolder: place.isEmpty ? "/" : place, on: path, believingGroups) {
                return complaint
            }
            while rest.first == "." { rest.removeFirst() }
            guard let name = rest.popFirst() else { return nil }
            if name == ".." {
                place = place.lastIndex(of: "/").map { String(place[..<$0]) } ?? ""
                continue
            }
            let here = "\(place)/\(name)"
            guard let status = try? FileStatus(ofLinkAt: here) else { return nil }
            if let target = Files.linkTarget(here) {
                links += 1
                if let complaint = complaint(aboutOwner: status, of: here, on: path) { return complaint }
                guard links <= Self.linkLimit else {
                    return "\(path) leads through too many links (name the file itself)"
                }
                if target.hasPrefix("/") { place = "" }
                rest = target.split(separator: "/").map(String.init) + rest
            } else if rest.isEmpty {
                return nil
            } else {
                place = here
            }
        }
    }

    private func complaint(aboutFolder folder: String, on path: String, _ believingGroups: Bool) -> String? {
        guard let status = try? FileStatus(at: folder), status.kind == .folder else { return nil }
        if let complaint = complaint(aboutOwner: status, of: folder, on: path) { return complaint }
        let isSticky = status.rights & 0o1000 != 0
        guard status.rights & 0o022 != 0, !isSticky else { return nil }
        if status.rights & 0o002 != 0 {
            return "\(folder) can be written by others, and leads to \(path) (chmod go-w \(folder))"
        }
        // The group of root is root.
        guard !believingGroups, status.gid != 0, status.gid != group else { return nil }
        return "\(folder) can be written by the group \(status.gid), and leads to \(path) (chmod g-w \(folder))"
    }

    /// Who owns the root folder owns all: in a user namespace that may be a number without a name.
    private func complaint(aboutOwner status: FileStatus, of place: String, on path: String) -> String? {
        if owners.contains(status.uid) || status.uid == (try? FileStatus(at: "/"))?.uid { return nil }
        let right = owners.sorted().map(String.init).joined(separator: " or ")
        return "\(place) belongs to uid \(status.uid), and leads to \(path) (it must belong to uid \(right): chown it)"
    }
}
