// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostLinux
internal import HostWire

/// A service manager, asked and told by systemctl: that of the system, or of one user.
struct UnitManager {
    private static let folders = ["/usr/bin", "/bin", "/usr/local/bin"]
    private static let outputLimit = 4 << 20
    private static let patience: Duration = .seconds(20)
    /// A stop may last as long as the unit says.
    private static let longestPatience: Duration = .seconds(900)

    /// Whose; nil: the system's.
    let user: UserAccount?
    private let program: String

    init(_ user: UserAccount?) throws(Failure) {
        guard let folder = Self.folders.first(where: { Files.exists($0 + "/systemctl") }) else {
            throw Failure(.failed, "there is no systemctl on this host (hostctl adopt ./FILE.service reads a file)")
        }
        self.user = user
        program = folder + "/systemctl"
    }

    /// "of the system", "of user agent".
    var words: String { user.map { "of user \($0.name)" } ?? "of the system" }

    /// How a person would type it.
    func commandLine(_ words: [String]) -> String {
        let whose: [String] =
            switch user {
            case nil: []
            case let user? where user.uid == getuid(): ["--user"]
            case let user?: ["--user", "--machine=\(user.name)@"]
            }
        return (["systemctl"] + whose + words).joined(separator: " ")
    }

    /// The properties that systemctl shows of a unit.
    func show(_ unit: String) throws(Failure) -> [String: String] {
        let names = [
            "Id", "LoadState", "ActiveState", "UnitFileState", "TimeoutStopUSec", "TriggeredBy", "FragmentPath",
        ]
        let text = try run(["show"] + names.map { "--property=\($0)" } + ["--", unit])
        return Dictionary(
            text.split(separator: "\n").compactMap { line in
                line.firstIndex(of: "=").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
            }
        ) { first, _ in first }
    }

    /// A unit file with its drop-ins.
    func cat(_ unit: String) throws(Failure) -> UnitFile { UnitFile(try run(["cat", "--", unit])) }

    /// Does something that takes as long as it takes.
    func act(_ words: [String]) throws(Failure) { _ = try run(words, within: Self.longestPatience) }

    private func run(_ words: [String], within time: Duration = patience) throws(Failure) -> String {
        var environment = ["PATH=/usr/bin:/bin", "LANG=C.UTF-8", "SYSTEMD_PAGER=", "SYSTEMD_COLORS=0"]
        var rights: FileRights?
        if let user {
            environment.append("XDG_RUNTIME_DIR=/run/user/\(user.uid)")
            environment.append("DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/\(user.uid)/bus")
            if user.uid != getuid() { rights = FileRights(uid: user.uid, gid: user.gid) }
        }
        let scope = user == nil ? "--system" : "--user"
        let command = BriefCommand(
            program, [scope, "--no-pager", "--no-ask-password"] + words, environment: environment, rights: rights)
        let line = commandLine(words)
        let answer: BriefCommand.Answer
        do throws(BriefCommand.Failure) {
            answer = try command.run(within: time, limitBytes: Self.outputLimit)
        } catch {
            throw Failure(.failed, "\(line): \(error)")
        }
        let text = String(decoding: answer.output, as: UTF8.self)
        if answer.code == 0 { return text }
        let first = text.split(separator: "\n").first.map { CleanText.of(String($0)) } ?? "exit \(answer.code)"
        let isRefusal = ["Access denied", "Permission denied", "Interactive authentication", "polkit"].contains {
            text.contains($0)
        }
        throw Failure(isRefusal ? .notPermitted : .failed, "\(line): \(first)")
    }
}
