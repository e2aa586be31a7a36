// SPDX-License-Identifier: Apache-2.0

internal import Glibc
public import HostCore
internal import HostLinux

/// The environment that a child finds: chosen by hostd, nothing inherited by accident.
public nonisolated enum ChildEnvironment {
    private static let standardPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    /// What hostd hands on from its own environment where it has it.
    private static let handedOn = ["PATH", "LANG", "TZ"]

    /// All entries as `NAME=value`, sorted. The configuration wins over its file, the file over the standard names, and
    /// hostd's own names over all. The folder of `node` comes first in PATH, wherever that is from.
    public static func entries(
        for instance: InstanceID, token: String, _ specification: LaunchSpecification, _ identity: ChildIdentity,
        node: String? = nil
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
            let file = try EnvironmentFile(path, for: identity)
            values.merge(file.values) { _, new in new }
        }
        values.merge(specification.environment) { _, new in new }
        if let node, let slash = node.lastIndex(of: "/") {
            values["PATH"] = node[..<slash] + ":" + (values["PATH"] ?? standardPath)
            values["HOSTD_NODE"] = node
        }
        if let job = JobID(name: instance.service) {
            values["HOSTD_JOB"] = "\(job)"
            values["HOSTD_ATTEMPT"] = "\(instance.launch)"
        } else {
            values["HOSTD_SERVICE"] = instance.service.text
        }
        values["HOSTD_INSTANCE"] = token
        return values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
    }
}
