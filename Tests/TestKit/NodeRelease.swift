// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// A release of Node as it lies on a mirror: archives for this machine.
public struct NodeRelease: Sendable {
    /// The folder with its archives.
    public let folder: String
    /// "v22.20.0".
    public let tag: String
    /// The names of its archives.
    public let archives: [String]

    /// The name of the folder that everything in an archive is in.
    public var top: String { "node-\(tag)-\(Self.platform)" }

    /// SHA-256 of an archive.
    public func hash(of archive: String) throws -> String {
        try SHA256.hex(of: try Descriptor(opening: "\(folder)/\(archive)", Descriptor.readingOnly))
    }

    /// This machine, as Node calls it.
    public static let platform: String = {
        var info = utsname()
        uname(&info)
        let machine = withUnsafeBytes(of: info.machine) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
        return "linux-" + (machine == "aarch64" ? "arm64" : "x64")
    }()

    /// A real Node of that major version, packed with xz and gzip like those of nodejs.org. Made once, and kept beside
    /// the Nodes themselves.
    public static func real(_ major: Int) throws -> NodeRelease {
        let binary = Nodes.path(major)
        let tag = try shell("\"$1\" --version", [binary]).split(separator: "\n").first.map(String.init) ?? ""
        let place = binary.replacing("/\(major)/bin/node", with: "/releases")
        try Files.makeFolder(place)
        let lock = try Descriptor(opening: "\(place)/lock", O_RDWR | O_CREAT)
        try lock.lock()
        let names = ["tar.xz", "tar.gz"].map { "node-\(tag)-\(platform).\($0)" }
        let release = NodeRelease(folder: try Files.realPath(place), tag: tag, archives: names)
        if names.contains(where: { !Files.exists("\(place)/\($0)") }) { try release.pack(binary: binary) }
        return release
    }

    /// A small release whose bin/node is the program at `binary`, packed with gzip into `folder`.
    public static func made(_ tag: String, binary: String, in folder: TemporaryFolder) throws -> NodeRelease {
        let release = NodeRelease(folder: folder.path, tag: tag, archives: ["node-\(tag)-\(platform).tar.gz"])
        try release.pack(binary: binary)
        return release
    }

    /// The same with a stand-in that says it were a Node of that version.
    public static func standIn(
        _ tag: String = "v22.99.0", abi: String = "127", in folder: TemporaryFolder
    ) throws -> NodeRelease {
        let parts = platform.split(separator: "-")
        let text = """
            #include <stdio.h>
            int main(void) {
                puts("{\\"version\\":\\"\(tag)\\",\\"abi\\":\\"\(abi)\\",\\"arch\\":\\"\(parts[1])\\","
                     "\\"platform\\":\\"linux\\",\\"sqlite\\":null,\\"lts\\":\\"Jod\\",\\"glibc\\":\\"2.36\\"}");
            }
            """
        let program = folder.path + "/stand-in"
        try Files.replace(program + ".c", with: text.utf8)
        _ = try shell("cc -o \"$1\" \"$1.c\"", [program])
        return try made(tag, binary: program, in: folder)
    }

    private func pack(binary: String) throws {
        let scratch = try TemporaryFolder()
        let root = "\(scratch.path)/\(top)"
        let npm = root + "/lib/node_modules/npm"
        try Files.makeFolder(root + "/bin", mode: 0o755)
        try Files.makeFolder(npm + "/bin", mode: 0o755)
        _ = try Self.shell("cp \"$1\" \"$2\" && chmod 755 \"$2\"", [binary, root + "/bin/node"])
        try Files.replace(npm + "/bin/npm-cli.js", with: "#!/usr/bin/env node\n".utf8, mode: 0o755)
        try Files.replace(npm + "/package.json", with: "{\"name\": \"npm\"}\n".utf8, mode: 0o644)
        try check("symlink") { symlink("../lib/node_modules/npm/bin/npm-cli.js", root + "/bin/npm") }
        // Something that cannot be packed any smaller, so that half of an archive is much.
        _ = try Self.shell("head -c 1000000 /dev/urandom > \"$1\"", [root + "/LICENSE"])
        for name in archives {
            let packer = name.hasSuffix(".xz") ? "xz -0 -T0" : "gzip -1"
            _ = try Self.shell(
                "cd \"$1\" && tar -c --owner=1001 --group=1001 \"$2\" | \(packer) > \"$3.new\" && mv \"$3.new\" \"$3\"",
                [scratch.path, top, "\(folder)/\(name)"])
        }
    }

    /// What a line of shell writes, which must succeed.
    public static func shell(_ script: String, _ arguments: [String]) throws -> String {
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        let command = BriefCommand("/bin/sh", ["-c", script, "sh"] + arguments, environment: ["PATH=\(path)"])
        let answer = try command.run(within: .seconds(600), limitBytes: 1 << 20)
        let text = String(decoding: answer.output, as: UTF8.self)
        guard answer.code == 0 else { throw ShellFailure(description: "\(script): exit \(answer.code), \(text)") }
        return text
    }
}

/// A line of shell that failed.
public struct ShellFailure: Error, CustomStringConvertible {
    /// The line, and what it wrote.
    public let description: String
}
