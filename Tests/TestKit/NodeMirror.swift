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

    /// A certificate for 127.0.0.1 that nobody knows, and its key.
    public static func makeCertificate(in folder: TemporaryFolder) throws -> (certificate: String, key: String) {
        let (certificate, key) = (folder.path + "/certificate.pem", folder.path + "/key.pem")
        _ = try NodeRelease.shell(
            "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mirror "
                + "-addext subjectAltName=IP:127.0.0.1 -keyout \"$1\" -out \"$2\"", [key, certificate])
        return (certificate, key)
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

    /// Offers a release: its archives, or those that end in `suffix`, and their list of hashes.
    public func offer(_ release: NodeRelease, suffix: String = "") throws {
        let place = "\(folder.path)/\(release.tag)"
        try Files.makeFolder(place, mode: 0o755)
        var hashes = ""
        for archive in release.archives where archive.hasSuffix(suffix) {
            try check("symlink") { symlink("\(release.folder)/\(archive)", "\(place)/\(archive)") }
            hashes += "\(try release.hash(of: archive))  \(archive)\n"
        }
        try write("\(release.tag)/SHASUMS256.txt", hashes.utf8)
    }
}
