// SPDX-License-Identifier: Apache-2.0

/// Which Node is wanted, as people write it. It says what to look for, never what was found: that stands in node.lock.
public enum NodeSpecification: Hashable, Sendable {
    /// "22.12.0": this version and no other.
    case exact(NodeVersion)
    /// "22" or "22.12": the newest of these.
    case newest(major: Int, minor: Int?)
    /// "lts" or "lts/*": the newest with long-term support.
    case lts
    /// "lts/jod": the newest of that line; the name is in lower case.
    case line(String)
    /// What package.json says under engines: the newest in that range.
    case range(NodeRange)
    /// What this file says: .nvmrc, .node-version, .tool-versions or package.json.
    case file(path: String)

    /// The names of the files that say which Node is wanted.
    public static let fileNames = [".nvmrc", ".node-version", ".tool-versions", "package.json"]

    /// Reads "22.12.0", "v22", "22.12", "lts", "lts/jod", or the path of a file of that kind; nil for anything else.
    /// Ranges stand in package.json alone.
    public init?(_ text: some StringProtocol) {
        let word = String(text)
        if let name = word.split(separator: "/").last, Self.fileNames.contains(String(name)) {
            self = .file(path: word)
        } else if let version = Self(version: word) {
            self = version
        } else {
            return nil
        }
    }

    /// The same without files: what may stand in one.
    init?(version word: String) {
        if let exact = NodeVersion(word) {
            self = .exact(exact)
            return
        }
        let lower = word.lowercased()
        if lower == "lts" || lower == "lts/*" {
            self = .lts
            return
        }
        if lower.hasPrefix("lts/") || lower.hasPrefix("lts-") {
            let name = lower.dropFirst(4)
            guard !name.isEmpty, name.utf8.count <= 32,
                name.utf8.allSatisfy({ (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) })
            else { return nil }
            self = .line(String(name))
            return
        }
        let numbers = (lower.hasPrefix("v") ? lower.dropFirst() : lower[...])
            .split(separator: ".", omittingEmptySubsequences: false)
        let parts = numbers.last == "x" || numbers.last == "*" ? numbers.dropLast() : numbers[...]
        guard (1...2).contains(parts.count), let major = NodeVersion.number(parts[0]) else { return nil }
        guard parts.count == 2 else {
            self = .newest(major: major, minor: nil)
            return
        }
        guard let minor = NodeVersion.number(parts[1]) else { return nil }
        self = .newest(major: major, minor: minor)
    }

    /// Whether a Node of `version`, with long-term support under the name `lts` if it has it, is one that is meant.
    /// Prereleases are meant only where they are named. A file has to be read first.
    public func matches(_ version: NodeVersion, lts: String?) -> Bool {
        switch self {
        case .exact(let exact): version == exact
        case .newest(let major, let minor):
            version.prerelease.isEmpty && version.major == major && (minor ?? version.minor) == version.minor
        case .lts: version.prerelease.isEmpty && lts != nil
        case .line(let name): version.prerelease.isEmpty && lts?.lowercased() == name
        case .range(let range): range.contains(version)
        case .file: false
        }
    }

    /// The same with a file that stands in `folder`, unless its path is absolute.
    public func inside(_ folder: String) -> NodeSpecification {
        guard case .file(let path) = self, !path.hasPrefix("/") else { return self }
        return .file(path: folder + (folder.hasSuffix("/") ? "" : "/") + path)
    }

    /// As it is written: "22.12.0", "lts/jod".
    public var text: String {
        switch self {
        case .exact(let version): "\(version)"
        case .newest(let major, let minor): minor.map { "\(major).\($0)" } ?? "\(major)"
        case .lts: "lts"
        case .line(let name): "lts/\(name)"
        case .range(let range): range.description
        case .file(let path): path
        }
    }
}
