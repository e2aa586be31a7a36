// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// models.toml and the files that it includes, read from where the command line says they are.
struct PolicyFiles {
    /// The files, models.toml first.
    let files: [ConfigurationFile]
    /// Who uses which tier, as the configuration says.
    let uses: [TierUse]
    /// Why it is not known who uses which tier; nil: it is.
    let usesProblem: String?

    /// Reads `path`, or the policy beside the configuration. What it includes is looked for in `folder`, or beside it
    /// where that is not given.
    init(_ request: Request, path: String? = nil, includesIn folder: String? = nil) throws(Failure) {
        files = try Self.read(path ?? Places.policy(request), includesIn: folder)
        (uses, usesProblem) = Self.uses(request)
    }

    /// The file at `path` and those that it includes, from `folder` or beside it.
    static func read(_ path: String, includesIn folder: String? = nil) throws(Failure) -> [ConfigurationFile] {
        let main = try file(path)
        var files = [main]
        // Of a file that is no TOML its own errors are told.
        if case .success(let names) = PolicyReader.includes(of: main) {
            for name in names { files.append(try file(inside(folder ?? Self.folder(of: path), name))) }
        }
        return files
    }

    /// What they say together, or all that is wrong with them.
    func policy() -> Result<ModelPolicy, ConfigurationErrors> { PolicyReader.read(files: files, usedTiers: uses) }

    /// The folder that a file is in.
    static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    }

    private static func inside(_ folder: String, _ name: String) -> String {
        if name.hasPrefix("/") || folder == "." { return name }
        return folder == "/" ? folder + name : folder + "/" + name
    }

    private static func file(_ path: String) throws(Failure) -> ConfigurationFile {
        do throws(SystemError) {
            return ConfigurationFile(
                path: path, bytes: try DropIns.read(path, limit: ConfigurationFile.sizeLimit + 1))
        } catch {
            throw Failure(
                error.code == EACCES ? .notPermitted : .badFile,
                "cannot read \(CleanText.of(path)): \(errorText(error.code))")
        }
    }

    /// A policy may be right also where the configuration is wrong, or cannot be read.
    private static func uses(_ request: Request) -> ([TierUse], String?) {
        let path = Places.configuration(request)
        guard Files.exists(path) else { return ([], "there is no \(path)") }
        do throws(Failure) {
            switch ConfigurationReader.read(try ConfigurationFiles.read(request)) {
            case .success(let configuration): return (configuration.tierUses, nil)
            case .failure: return ([], "the configuration has errors (hostctl check lists them)")
            }
        } catch {
            return ([], error.text)
        }
    }
}
