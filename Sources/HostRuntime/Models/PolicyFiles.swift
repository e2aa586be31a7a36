// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostLinux

/// models.toml and what it includes, as they are on the disk now.
nonisolated struct PolicyFiles: Hashable, Sendable {
    /// What a look at them gave.
    enum Outcome: Hashable, Sendable {
        /// There is no models.toml.
        case missing
        /// They cannot be believed or read: every reason.
        case wrong([String])
        /// Somebody writes one of them.
        case busy
        /// All of them, models.toml first, and who owns that.
        case read([ConfigurationFile], owner: String)
    }

    /// What there is.
    var outcome: Outcome
    /// The folders in which anything that leads to them can change.
    var folders: Set<String>
    /// One of these folders may change without this kernel's knowledge.
    var isShared: Bool { folders.contains { (try? FileSystem(at: $0))?.isShared == true } }

    /// Looks at them. For the Worker.
    static func look(at path: String) -> PolicyFiles {
        var files = PolicyFiles(outcome: .missing, folders: PathHops.folders(to: path))
        do throws(SystemError) {
            guard case .whole(let bytes, let uid) = try read(path) else {
                files.outcome = .busy
                return files
            }
            let main = ConfigurationFile(path: path, bytes: bytes)
            var all = [main]
            switch PolicyReader.includes(of: main) {
            case .failure(let errors):
                files.outcome = .wrong(errors.lines)
                return files
            case .success(let includes):
                for name in includes.prefix(PolicyReader.fileLimit) {
                    let included = absolute(name, beside: path)
                    files.folders.formUnion(PathHops.folders(to: included))
                    guard case .whole(let bytes, _) = try read(included) else {
                        files.outcome = .busy
                        return files
                    }
                    all.append(ConfigurationFile(path: included, bytes: bytes))
                }
            }
            let complaints = complaints(about: all.map(\.path), files.folders)
            files.outcome =
                complaints.isEmpty ? .read(all, owner: Users.account(uid: uid).name) : .wrong(complaints)
        } catch {
            files.outcome = error.isMissing && !Files.exists(path) ? .missing : .wrong(["\(error)"])
        }
        return files
    }

    /// Everything that is wrong with them; without models.toml nothing is.
    static func errors(at path: String, usedTiers: [TierUse]) -> [String] {
        switch look(at: path).outcome {
        case .missing: return []
        case .busy: return ["\(path): it is being written (close it, and try again)"]
        case .wrong(let errors): return errors
        case .read(let files, _):
            if case .failure(let errors) = PolicyReader.read(files: files, usedTiers: usedTiers) { return errors.lines }
            return []
        }
    }

    private static func read(_ path: String) throws(SystemError) -> SettledFile.Look {
        try SettledFile.read(path, limit: ConfigurationFile.sizeLimit + 1)
    }

    /// Whoever can write a policy says what is run as root.
    private static func complaints(about files: [String], _ folders: Set<String>) -> [String] {
        let direct = (files + folders.sorted()).compactMap { Trust.ofOwnFiles.complaint(at: $0) }
        guard direct.isEmpty else { return direct }
        // One folder on the way is on the way to all of them.
        return Array(files.lazy.compactMap { Trust.ofOwnFiles.complaintOnWay(to: $0) }.prefix(1))
    }

    private static func absolute(_ name: String, beside path: String) -> String {
        guard !name.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return name }
        return path[...slash] + name
    }
}

nonisolated extension ConfigurationErrors {
    /// Each error as one line: `file:line:column: …`.
    var lines: [String] { description.split(separator: "\n").map(String.init) }
}
