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

    /// The files: hostd.toml, then conf.d/*.toml by name.
    func load() -> Result<(HostConfiguration, [ConfigurationFile]), Failure> {
        Result { () throws(Failure) in
            var files: [ConfigurationFile] = []
            for path in try paths() { files.append(try read(path)) }
            return (try check(files), files)
        }
    }

    private func check(_ files: [ConfigurationFile]) throws(Failure) -> HostConfiguration {
        switch ConfigurationReader.read(files) {
        case .success(let configuration): return configuration
        case .failure(let errors): throw .wrong(errors)
        }
    }

    private func paths() throws(Failure) -> [String] {
        do throws(SystemError) {
            return try DropIns.paths(of: folders.configuration)
        } catch {
            throw .unreadable("\(error)")
        }
    }

    private func read(_ path: String) throws(Failure) -> ConfigurationFile {
        do throws(SystemError) {
            return ConfigurationFile(path: path, bytes: try DropIns.read(path, limit: ConfigurationFile.sizeLimit + 1))
        } catch {
            throw .unreadable("\(error)")
        }
    }

    // MARK: - The last accepted ones

    private var accepted: String { folders.state + "/accepted" }

    /// Keeps the files of a configuration that was accepted.
    func keep(_ files: [ConfigurationFile]) throws(SystemError) {
        try Files.makeFolder(accepted)
        let old = try Files.list(accepted)
        for (index, file) in files.enumerated() {
            let content = Array((file.path + "\n").utf8) + file.bytes
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
            let path = String(decoding: bytes[..<end], as: UTF8.self)
            return ConfigurationFile(path: path, bytes: Array(bytes[(end + 1)...]))
        }
        return files.isEmpty ? nil : try? check(files)
    }

    private static func name(_ index: Int) -> String {
        let digits = "\(index)"
        return String(repeating: "0", count: 3 - min(3, digits.count)) + digits + ".toml"
    }
}
