// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
internal import HostLinux

/// The environment that a child finds: chosen by hostd, nothing inherited by accident.
public nonisolated enum ChildEnvironment {
    private static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// What hostd hands on from its own environment where it has it.
    private static let handedOn = ["PATH", "LANG", "TZ"]
    private static let fileLimitBytes = 1 << 20

    /// All entries as `NAME=value`, sorted. The configuration wins over the standard names, hostd's own names over all.
    public static func entries(
        for instance: InstanceID, token: String, _ specification: LaunchSpecification, _ identity: ChildIdentity
    ) throws(LaunchError) -> [String] {
        var values = [
            "PATH": standardPath, "LANG": "C.UTF-8", "HOME": identity.account.home, "USER": identity.account.name,
            "LOGNAME": identity.account.name, "SHELL": identity.account.shell,
        ]
        for name in handedOn {
            if let value = getenv(name) { values[name] = String(cString: value) }
        }
        let runtime = "/run/user/\(identity.account.uid)"
        if Files.exists(runtime) { values["XDG_RUNTIME_DIR"] = runtime }
        if let path = specification.environmentFile {
            values.merge(try read(path)) { _, new in new }
        }
        values.merge(specification.environment) { _, new in new }
        values["HOSTD_SERVICE"] = instance.service.text
        values["HOSTD_INSTANCE"] = token
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }

    /// NAME=value lines; `#` begins a comment line; quotes around a value are taken off.
    private static func read(_ path: String) throws(LaunchError) -> [String: String] {
        let text: String
        do throws(SystemError) {
            text = try Files.readText(path, limit: fileLimitBytes)
        } catch {
            throw LaunchError("env_file: \(error)")
        }
        var values: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.drop { $0 == " " || $0 == "\t" }
            if content.isEmpty || content.first == "#" || content == "\r" { continue }
            guard let equals = content.firstIndex(of: "="), equals != content.startIndex else {
                throw LaunchError("\(path):\(number + 1): is not NAME=value")
            }
            values[String(content[..<equals])] = unquoted(content[content.index(after: equals)...])
        }
        return values
    }

    private static func unquoted(_ text: Substring) -> String {
        let value = text.last == "\r" ? text.dropLast() : text
        guard value.count >= 2, let first = value.first, first == value.last, first == "\"" || first == "'" else {
            return String(value)
        }
        return String(value.dropFirst().dropLast())
    }
}
