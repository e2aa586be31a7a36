// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// A file of NAME=value lines; `#` begins a comment line; quotes around a value are taken off.
///
/// The service's user may be able to write it or its folder, and hostd may be root. So it is opened without following
/// links and without waiting, and what is in it must be root's, hostd's or that user's own, and nobody else may write
/// it: whoever can, says which code runs as that user.
nonisolated struct EnvironmentFile {
    private static let limitBytes = 1 << 20
    /// What hostd sets for each launch.
    private static let own: Set = [
        "HOSTD_SERVICE", "HOSTD_JOB", "HOSTD_ATTEMPT", "HOSTD_INSTANCE", "HOSTD_MODELS_FILE", "NOTIFY_SOCKET",
        "WATCHDOG_USEC", "WATCHDOG_PID",
    ]

    /// Values by name.
    private(set) var values: [String: String] = [:]

    /// Reads the file, or the credential, at `place` for a child with this identity.
    init(_ place: String, for identity: ChildIdentity) throws(LaunchError) {
        switch SecretPlace(place) {
        case .file(let path): try self.init(lines: Self.content(of: path, for: identity), at: path)
        case .credential(let name):
            switch Credentials.read(name, limit: Self.limitBytes) {
            case .success(let bytes): try self.init(lines: bytes, at: place)
            case .failure(let lack): throw LaunchError("env_file: \(lack)")
            }
        }
    }

    private init(lines bytes: [UInt8], at place: String) throws(LaunchError) {
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            guard let (name, value) = try Self.entry(line, at: "\(place):\(index + 1)") else { continue }
            values[name] = value
        }
    }

    private static func content(of path: String, for identity: ChildIdentity) throws(LaunchError) -> [UInt8] {
        let bytes: [UInt8]
        let complaint: String?
        do throws(SystemError) {
            (bytes, complaint) = try checked(path, identity)
        } catch {
            let isLink = error.code == ELOOP
            throw LaunchError(
                isLink ? "env_file: \(path) leads through a symbolic link (name the file itself)" : "env_file: \(error)"
            )
        }
        if let complaint { throw LaunchError("env_file: \(complaint)") }
        return bytes
    }

    /// What stands in the file, or why nobody should believe it.
    private static func checked(
        _ path: String, _ identity: ChildIdentity
    ) throws(SystemError) -> (bytes: [UInt8], complaint: String?) {
        let flags = O_RDONLY | O_NONBLOCK | O_NOCTTY
        let file =
            identity.switches
            ? try Descriptor(openingWithoutLinks: path, flags) : try Descriptor(opening: path, flags)
        let status = try FileStatus(of: file.raw)
        let uid = identity.account.uid
        let trust = Trust(owners: [0, getuid(), uid], group: uid == 0 ? nil : identity.gid)
        if let complaint = trust.complaint(about: status, at: path) ?? trust.complaintOnWay(to: path) {
            return ([], complaint)
        }
        // A second name may have been given to somebody else's secret, to have hostd read it.
        guard !identity.switches || status.uid == uid || status.links == 1 else {
            throw SystemError(code: EMLINK, call: "read", subject: "\(path), which has \(status.links) names")
        }
        return (try read(file, path), nil)
    }

    private static func read(_ file: borrowing Descriptor, _ path: String) throws(SystemError) -> [UInt8] {
        guard try FileStatus(of: file.raw).kind == .regular else {
            throw SystemError(code: EINVAL, call: "read", subject: "\(path), which is no plain file")
        }
        var content: [UInt8] = []
        while content.count <= limitBytes {
            let part = try file.read(upTo: limitBytes + 1 - content.count)
            if part.isEmpty { return content }
            content += part
        }
        throw SystemError(code: EFBIG, call: "read", subject: path)
    }

    /// The name and value of a line; nil when there is nothing in it.
    private static func entry(
        _ line: ArraySlice<UInt8>, at place: String
    ) throws(LaunchError) -> (name: String, value: String)? {
        var content = line.drop { isBlank($0) }
        if content.last == UInt8(ascii: "\r") { content.removeLast() }
        if content.isEmpty || content.first == UInt8(ascii: "#") { return nil }
        guard let equals = content.firstIndex(of: UInt8(ascii: "=")), equals != content.startIndex,
            !content[..<equals].contains(where: isBlank)
        else { throw LaunchError("\(place): is not NAME=value") }
        guard !content.contains(0) else { throw LaunchError("\(place): has a NUL byte in it (leave it out)") }
        let name = String(decoding: content[..<equals], as: UTF8.self)
        guard !own.contains(name) else { throw LaunchError("\(place): hostd sets \(name) itself (leave it out)") }
        return (name, String(decoding: unquoted(content[(equals + 1)...]), as: UTF8.self))
    }

    private static func isBlank(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    private static func unquoted(_ value: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard value.count >= 2, let first = value.first, first == value.last,
            first == UInt8(ascii: "\"") || first == UInt8(ascii: "'")
        else { return value }
        return value.dropFirst().dropLast()
    }
}
