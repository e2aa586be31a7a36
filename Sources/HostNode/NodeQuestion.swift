// SPDX-License-Identifier: Apache-2.0

public import HostCore
internal import HostLinux
internal import HostWire

/// Asks a Node binary what it is, by running it once: with a clean environment, bounded in time and output, and never
/// with the rights of root when somebody else can change it.
public enum NodeQuestion {
    private static let time: Duration = .seconds(20)
    private static let outputLimitBytes = 16 << 10
    private static let environment = ["PATH=/usr/bin:/bin", "HOME=/nonexistent", "LANG=C.UTF-8"]

    /// The report names the C library; without the network it costs a millisecond.
    private static let program = """
        const v = process.versions, r = process.report;
        r.excludeNetwork = true;
        process.stdout.write(JSON.stringify({version: process.version, abi: v.modules, arch: process.arch,
          platform: process.platform, sqlite: v.sqlite || null, lts: process.release.lts || null,
          glibc: r.getReport().header.glibcVersionRuntime || null}));
        """

    /// What the binary at `path` is; links are resolved. Blocks for as long as it takes to read and to run it.
    public static func ask(_ path: String) throws(NodeError) -> NodeFacts {
        let binary = try NodeBinary.open(path)
        let answer: BriefCommand.Answer
        do throws(BriefCommand.Failure) {
            let command = BriefCommand(
                binary.path, ["-e", program], environment: environment, rights: binary.rights)
            answer = try command.run(within: time, limitBytes: outputLimitBytes)
        } catch {
            throw NodeError("\(binary.path) cannot be asked what it is: \(error)")
        }
        guard answer.code == 0 else { throw NodeError("\(binary.path) does not run: \(said(answer))") }
        guard let facts = facts(answer.output, binary.path, sha256: try binary.sha256()) else {
            throw NodeError("\(binary.path) does not say what it is: \(said(answer))")
        }
        return facts
    }

    private static func said(_ answer: BriefCommand.Answer) -> String {
        let text = String(decoding: answer.output.suffix(4096), as: UTF8.self)
        let line = text.split(whereSeparator: \.isNewline).first { !$0.allSatisfy(\.isWhitespace) } ?? "nothing said"
        return "exit \(answer.code), \(line.prefix(200))"
    }

    private static func facts(_ output: [UInt8], _ path: String, sha256: String) -> NodeFacts? {
        guard let json = try? JSON(parsing: output, limits: JSONLimits(bytes: outputLimitBytes, depth: 2)),
            let version = json["version"]?.text.flatMap({ NodeVersion($0) }), let abi = json["abi"]?.text,
            let architecture = json["arch"]?.text, let platform = json["platform"]?.text
        else { return nil }
        return NodeFacts(
            path: path, version: version, lts: json["lts"]?.text?.lowercased(), abi: abi, architecture: architecture,
            platform: platform, libc: json["glibc"]?.text == nil ? "musl" : "glibc", sqlite: json["sqlite"]?.text,
            sha256: sha256)
    }
}
