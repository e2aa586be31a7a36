// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A mirror of Nodes (Fixtures/mirror.py) and, in a folder of its own, what it serves. Ended with the last reference.
public final class NodeMirror: Sendable {
    /// What it serves.
    public let folder: TemporaryFolder
    /// Its port on 127.0.0.1.
    public let port: UInt16
    private let pid: Int32
    private let isSecure: Bool

    private static let script = #filePath.replacing("/NodeMirror.swift", with: "/Fixtures/mirror.py")

    /// With a certificate it speaks TLS.
    public init(certificate: String? = nil, key: String? = nil) throws {
        folder = try TemporaryFolder()
        isSecure = certificate != nil
        let output = try Descriptor(opening: folder.path + "/output", O_RDWR | O_CREAT | O_APPEND)
        let words = [Self.script, folder.path] + [certificate, key].compactMap(\.self)
        let process = try Processes.spawn(
            "/usr/bin/env", ["python3"] + words, environment: ["PATH=" + Self.path], output: output.raw)
        pid = process.pid
        let place = folder.path + "/output"
        do {
            port = try waitFor("the port of the mirror", seconds: 60) {
                let text = try Files.readText(place)
                return text.last == "\n" ? UInt16(text.dropLast()) : nil
            }
        } catch {
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            throw error
        }
    }

    deinit {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    /// What this process finds programs in.
    private static let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"

    /// Its address, serving in one of the ways that the script lists.
    public func address(_ way: String = "plain") -> String {
        "\(isSecure ? "https" : "http")://127.0.0.1:\(port)/\(way)"
    }

    /// The requests that came: path and Range.
    public func requests() throws -> [String] {
        try Files.readText(folder.path + "/requests").split(separator: "\n").map(String.init)
    }

    /// The requests for archives.
    public func archiveRequests() throws -> [String] { try requests().filter { $0.contains(".tar.") } }

    /// Puts a file there.
    public func write(_ name: String, _ bytes: some Collection<UInt8>) throws {
        let path = "\(folder.path)/\(name)"
        try Files.makeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]), mode: 0o755)
        try Files.replace(path, with: bytes)
    }

    /// Offers a release: its archives, and their list of hashes.
    public func offer(_ release: NodeRelease) throws {
        let place = "\(folder.path)/\(release.tag)"
        try Files.makeFolder(place, mode: 0o755)
        for archive in release.archives {
            try check("symlink") { symlink("\(release.folder)/\(archive)", "\(place)/\(archive)") }
        }
        try write("\(release.tag)/SHASUMS256.txt", try release.hashes().utf8)
    }
}
