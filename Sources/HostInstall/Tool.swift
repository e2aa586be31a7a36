// SPDX-License-Identifier: Apache-2.0

internal import HostLinux

/// Programs of the host that do a part of the work.
enum Tool {
    private static let folders = ["/usr/bin", "/bin", "/usr/local/bin"]
    private static let environment = ["PATH=\(folders.joined(separator: ":"))", "LC_ALL=C", "TZ=UTC"]
    private static let outputLimitBytes = 16 << 20

    /// Where the program of that name is; nil when it is not installed.
    static func path(_ name: String) -> String? {
        folders.lazy.map { "\($0)/\(name)" }.first { Files.exists($0) }
    }

    /// Runs it to its end, in English.
    static func run(
        _ name: String, _ arguments: [String], seconds: Int, rights: FileRights? = nil
    ) throws(InstallError) -> BriefCommand.Answer {
        guard let path = path(name) else {
            throw .failed("\(name) is not installed (it is looked for in \(folders.joined(separator: ", ")))")
        }
        let command = BriefCommand(path, arguments, environment: environment, rights: rights)
        do throws(BriefCommand.Failure) {
            return try command.run(within: .seconds(seconds), limitBytes: outputLimitBytes)
        } catch {
            throw .failed("\(name): \(error)")
        }
    }

    /// The last line that a program wrote.
    static func lastLine(_ answer: BriefCommand.Answer) -> String {
        let text = String(decoding: answer.output.suffix(4096), as: UTF8.self)
        return CleanLine.of(text.split(whereSeparator: \.isNewline).last ?? "it ended with \(answer.code)")
    }
}
