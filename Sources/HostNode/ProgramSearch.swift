// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// Finds what a command would start in the end: the program in its PATH, and the interpreter that a script names.
struct ProgramSearch {
    private static let headBytes = 256
    private static let packageLimitBytes = 1 << 20
    private static let folderLimit = 32
    /// Options of Node that take the next word.
    private static let optionsWithValue: Set<Substring> = [
        "-r", "--require", "--import", "--loader", "--experimental-loader", "--env-file", "-C", "--conditions",
        "--title",
    ]

    private let program: NodeInspector.Program

    init(_ program: NodeInspector.Program) {
        self.program = program
    }

    /// Whether a path is called as Node is.
    static func isNode(_ path: String) -> Bool {
        let name = path.split(separator: "/").last ?? ""
        return name == "node" || name == "nodejs"
    }

    /// The path of the Node that the command would start where that is another file than `mark`; nil where it starts
    /// that one, or something that says nothing of a Node.
    func otherNode(than mark: FileMark?) -> String? {
        let look = { () throws(SystemError) -> String? in
            guard let node = node, let mark else { return nil }
            guard let status = try? FileStatus(at: node) else { return nil }
            return FileMark(status).isSameFile(as: mark) ? nil : node
        }
        return using(look)
    }

    /// The Node that the command names or finds.
    private var node: String? {
        guard let first = program.command.first, let path = find(first) else { return nil }
        if isNodeInTruth(path) { return path }
        guard let words = interpreter(of: path), let name = words.first else { return nil }
        guard name.hasSuffix("/env") else { return isNodeInTruth(name) ? name : nil }
        let called = words.dropFirst().first { !$0.hasPrefix("-") && !$0.contains("=") }
        return called.flatMap { Self.isNode($0) ? find($0) : nil }
    }

    private func isNodeInTruth(_ path: String) -> Bool {
        Self.isNode(path) || (try? Files.realPath(path)).map { Self.isNode($0) } == true
    }

    private func find(_ name: String) -> String? {
        if name.hasPrefix("/") { return name }
        if name.contains("/") { return program.directory + "/" + name }
        return program.searchPath.split(separator: ":").lazy.map { "\($0)/\(name)" }.first {
            guard let status = try? FileStatus(at: $0) else { return false }
            return status.kind == .regular && status.rights & 0o111 != 0
        }
    }

    /// The words behind `#!` of a script.
    private func interpreter(of path: String) -> [String]? {
        guard let file = try? Descriptor(opening: path, Descriptor.readingOnly),
            let head = try? file.read(upTo: Self.headBytes), head.starts(with: "#!".utf8)
        else { return nil }
        let line = String(decoding: head.dropFirst(2).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
        return line.split(whereSeparator: \.isWhitespace).map(String.init)
    }

    // MARK: - engines

    /// What the package.json of the program wants, where that is not `version`.
    func complaint(about version: NodeVersion) -> String? {
        using { () throws(SystemError) in
            guard let script = script, let real = try? Files.realPath(script) else { return nil }
            var folder = real
            for _ in 0..<Self.folderLimit {
                guard let slash = folder.lastIndex(of: "/") else { return nil }
                folder = String(folder[..<slash])
                let path = folder + "/package.json"
                guard let bytes = try? Files.read(path, limit: Self.packageLimitBytes) else { continue }
                guard let range = (try? NodeChoice.engines(bytes, path)) ?? nil, !range.contains(version) else {
                    return nil
                }
                return "\(path) wants Node \(range) under engines, and \(version) is pinned"
            }
            return nil
        }
    }

    /// The script that the command runs: the word that a Node is given, or the program itself.
    private var script: String? {
        guard let first = program.command.first, let path = find(first) else { return nil }
        guard isNodeInTruth(path) else { return interpreter(of: path) == nil ? nil : path }
        var words = program.command.dropFirst()
        while let word = words.popFirst() {
            if word == "--" { return words.first.map(absolute) }
            guard word.hasPrefix("-") else { return absolute(word) }
            // A program in the arguments is no file.
            if ["-e", "-p", "-c", "-i", "--eval", "--print"].contains(word) { return nil }
            if Self.optionsWithValue.contains(word[...]) { words = words.dropFirst() }
        }
        return nil
    }

    private func absolute(_ path: String) -> String { path.hasPrefix("/") ? path : program.directory + "/" + path }

    /// With the rights of the service's user: what that user may not see, nobody looks at for him.
    private func using(_ look: () throws(SystemError) -> String?) -> String? {
        guard let rights = program.rights else { return (try? look()) ?? nil }
        return (try? rights.use(look)) ?? nil
    }
}
