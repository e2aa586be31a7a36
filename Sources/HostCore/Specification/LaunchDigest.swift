// SPDX-License-Identifier: Apache-2.0

/// Tells two launches apart, over the end of hostd too: FNV-1a with 64 bits over what is not at its default, so that a
/// key that a later version adds changes nothing.
extension ServiceSpecification {
    /// Another value means that what runs has to be restarted to get what the configuration says now.
    public var launchDigest: UInt64 {
        var digest = Digest()
        digest.add("command", launch.command)
        digest.add("directory", launch.directory)
        digest.add("user", launch.user)
        digest.add("group", launch.group)
        digest.add("groups", launch.groups)
        digest.add("umask", launch.umask.map { "\($0)" })
        digest.add("nice", launch.nice.map { "\($0)" })
        digest.add("oom", launch.oomScoreAdjust.map { "\($0)" })
        for limit in launch.limits.sorted(by: { $0.name < $1.name }) {
            digest.add("limit", [limit.name, limit.value.map { "\($0)" } ?? ""])
        }
        for (name, value) in launch.environment.sorted(by: { $0.key < $1.key }) { digest.add("env", [name, value]) }
        digest.add("env_file", launch.environmentFile)
        if !launch.listen.isEmpty { digest.add("listen", launch.listen.map(\.text)) }
        if launch.node != .any { digest.add("node", launch.node.text) }
        if launch.sandbox != .none { digest.add("sandbox", launch.sandbox.rawValue) }
        for setting in launch.unit { digest.add("unit", [setting.name] + setting.lines) }
        digest.add("heartbeat", heartbeat.map { "\($0.nanoseconds)" })
        if log.streams != .merged { digest.add("streams", log.streams.rawValue) }
        return digest.value
    }
}

/// FNV-1a, 64 bits (RFC 9923).
private struct Digest {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ key: String, _ text: String?) {
        if let text { add(key, [text]) }
    }

    mutating func add(_ key: String, _ texts: [String]?) {
        guard let texts else { return }
        for text in [key] + texts {
            // Ends each text with a byte that UTF-8 never has, so that parts cannot run into each other.
            for byte in Array(text.utf8) + [0xff] { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
        value = (value ^ 0xfe) &* 0x100_0000_01b3
    }
}
