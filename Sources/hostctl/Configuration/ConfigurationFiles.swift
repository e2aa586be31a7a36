// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostLinux
internal import HostWire

/// The files of the configuration, read from where the command line says they are.
enum ConfigurationFiles {
    /// hostd.toml, conf.d/*.toml and those of presets and presets/jobs; with `explicit`, those files instead of the
    /// first two.
    static func read(_ request: Request, explicit: [String] = []) throws(Failure) -> [ConfigurationFile] {
        let main = Places.configuration(request)
        var files: [ConfigurationFile] = []
        var path = main
        do throws(SystemError) {
            for each in explicit.isEmpty ? try DropIns.paths(of: main) : explicit {
                path = each
                let bytes = try DropIns.read(path, limit: ConfigurationFile.sizeLimit + 1)
                files.append(ConfigurationFile(path: path, bytes: bytes))
            }
            for (name, each) in try DropIns.presets(of: main) {
                path = each
                let bytes = try DropIns.read(path, limit: ConfigurationFile.sizeLimit + 1)
                files.append(ConfigurationFile(path: path, bytes: bytes, preset: name))
            }
            return files
        } catch {
            let right = "hostctl \(request.verb.name) --dir \(path) reads its hostd.toml and conf.d"
            let hint = error.code == EISDIR ? " (\(right))" : ""
            throw Failure(
                error.code == EACCES ? .notPermitted : .badFile,
                "cannot read \(path): \(errorText(error.code))\(hint)")
        }
    }
}
