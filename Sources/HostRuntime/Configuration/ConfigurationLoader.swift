// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostLinux

/// Reads the configuration files of this host, and keeps the last accepted ones for a start with bad ones.
nonisolated struct ConfigurationLoader {
    let folders: Folders

    /// Why there is no configuration.
    enum Failure: Error, CustomStringConvertible {
        case unreadable(String)
        case wrong(ConfigurationErrors)

        var description: String {
            switch self {
            case .unreadable(let text): text
            case .wrong(let errors): errors.description
            }
        }
    }

    /// The files: hostd.toml, then conf.d/*.toml by name, then those of presets and presets/jobs.
    func load() -> Result<(HostConfiguration, [ConfigurationFile]), Failure> {
        Result { () throws(Failure) in
            let files = try files()
            return (try check(files), files)
        }
    }

    private func check(_ files: [ConfigurationFile]) throws(Failure) -> HostConfiguration {
        switch ConfigurationReader.read(files) {
        case .success(let configuration): return configuration
        case .failure(let errors): throw .wrong(errors)
        }
    }

    private func files() throws(Failure) -> [ConfigurationFile] {
        try checkRights()
        do throws(SystemError) {
            var files: [ConfigurationFile] = []
            for path in try DropIns.paths(of: folders.configuration) { files.append(try read(path)) }
            for (name, path) in try DropIns.presets(of: folders.configuration) {
                files.append(try read(path, preset: name))
            }
            return files
        } catch {
            throw .unreadable("\(error)")
        }
    }

    /// Whoever can write a file of the configuration, or put one beside it, says what runs as root.
    private func checkRights() throws(Failure) {
        let main = folders.configuration
        let paths: [String]
        do throws(SystemError) {
            let home = main.lastIndex(of: "/").map { String(main[..<$0]) } ?? "."
            paths =
                [home.isEmpty ? "/" : home, home + "/conf.d", home + "/presets", home + "/presets/jobs"]
                + (try DropIns.paths(of: main))
                + (try DropIns.presets(of: main)).map(\.path)
        } catch {
            throw .unreadable("\(error)")
        }
        var complaints = paths.compactMap { Trust.ofOwnFiles.complaint(at: $0) }
        // One folder on the way is on the way to all of them.
        if complaints.isEmpty {
            complaints += paths.lazy.compactMap { Trust.ofOwnFiles.complaintOnWay(to: $0) }.prefix(1)
        }
        if !complaints.isEmpty { throw .unreadable(complaints.joined(separator: "\n")) }
    }

    private func read(_ path: String, preset: String? = nil) throws(SystemError) -> ConfigurationFile {
        let bytes = try DropIns.read(path, limit: ConfigurationFile.sizeLimit + 1)
        return ConfigurationFile(path: path, bytes: bytes, preset: preset)
    }

    // MARK: - The last accepted ones

    /// Between the path and the name of a file that is a preset.
    private static let presetMark = "\tpreset\t"

    private var accepted: String { folders.state + "/accepted" }

    /// Keeps the files of a configuration that was accepted.
    func keep(_ files: [ConfigurationFile]) throws(SystemError) {
        try Files.makeFolder(accepted)
        let old = try Files.list(accepted)
        for (index, file) in files.enumerated() {
            let preset = file.preset.map { Self.presetMark + $0 } ?? ""
            let content = Array((file.path + preset + "\n").utf8) + file.bytes
            try Files.replace("\(accepted)/\(Self.name(index))", with: content, sync: true)
        }
        for name in old where !files.indices.contains(where: { Self.name($0) == name }) {
            try Files.remove("\(accepted)/\(name)")
        }
    }

    /// The configuration that was accepted last; nil when there is none.
    func lastAccepted() -> HostConfiguration? {
        let names = ((try? Files.list(accepted)) ?? []).filter { $0.hasSuffix(".toml") }
        let files = names.compactMap { name -> ConfigurationFile? in
            guard let bytes = try? Files.read("\(accepted)/\(name)", limit: 2 << 20),
                let end = bytes.firstIndex(of: UInt8(ascii: "\n"))
            else { return nil }
            let head = String(decoding: bytes[..<end], as: UTF8.self)
            let mark = head.firstRange(of: Self.presetMark)
            return ConfigurationFile(
                path: mark.map { String(head[..<$0.lowerBound]) } ?? head, bytes: Array(bytes[(end + 1)...]),
                preset: mark.map { String(head[$0.upperBound...]) })
        }
        return files.isEmpty ? nil : try? check(files)
    }

    private static func name(_ index: Int) -> String {
        let digits = "\(index)"
        return String(repeating: "0", count: 3 - min(3, digits.count)) + digits + ".toml"
    }
}
