// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLaunch
internal import HostLinux

/// Runs commands for a target. A keeper in its probe mode holds the whole tree of each and ends it when its time is
/// over; it also holds the lock of the target, so that what hangs is in nobody's way unseen.
nonisolated struct TargetCommands {
    /// So long one command may take.
    static let timeout: Duration = .seconds(60)
    /// So long after that its keeper has ended all of it.
    static let patience: Duration = .seconds(5)
    private static let outputLimitBytes = 1 << 20
    private static let excerptBytes = 200
    private static let lock: Int32 = 5

    let environment: [String: String]
    private let node: String?
    private let directory: String
    private let generation: Int64
    /// Open: whoever this is by now may not be able to look into its folder.
    private let keeper: Int32

    init(_ order: TargetOrder, _ account: UserAccount, keeper: Int32) {
        environment = [
            "HOSTD_MODELS_FILE": order.modelsFile, "HOSTD_GENERATION": "\(order.models.generation)",
        ]
        node = order.node
        directory = Files.exists(account.home) ? account.home : "/"
        generation = order.models.generation
        self.keeper = keeper
    }

    /// What a command wrote, when it has exited 0. `further` comes into its environment.
    @discardableResult
    func run(_ command: [String], _ further: [String: String] = [:]) throws(TargetFailure) -> [UInt8] {
        let answer = try answer(command, further)
        guard answer.code == 0 else { throw TargetFailure(Self.text(of: answer)) }
        return answer.output
    }

    /// How a command ended.
    func answer(
        _ command: [String], _ further: [String: String] = [:]
    ) throws(TargetFailure) -> BriefCommand.Answer {
        let timeout = "\(Self.timeout.nanoseconds / 1_000_000)"
        let arguments = [
            "--probe", "--timeout-ms", timeout, "--lock-fd", "3", "--umask", "022", "--directory", directory, "--",
        ]
        let brief = BriefCommand(
            "/proc/self/fd/4", arguments + command, environment: try entries(command, further),
            keeping: [Self.lock, keeper])
        do throws(BriefCommand.Failure) {
            return try brief.run(within: Self.timeout + Self.patience, limitBytes: Self.outputLimitBytes)
        } catch {
            throw TargetFailure("\(command.first ?? ""): \(error)")
        }
    }

    /// Where a program is, in the PATH that commands get; nil when it is nowhere there.
    func find(_ program: String) throws(TargetFailure) -> String? {
        let path = try entries([program], [:]).first { $0.hasPrefix("PATH=") }?.dropFirst("PATH=".count) ?? ""
        return path.split(separator: ":").map { "\($0)/\(program)" }.first { access($0, X_OK) == 0 }
    }

    private func entries(_ command: [String], _ further: [String: String]) throws(TargetFailure) -> [String] {
        guard let name = ServiceName("hostd-apply") else { return [] }
        let instance = InstanceID(service: name, launch: UInt64(clamping: generation))
        let launch = LaunchSpecification(
            command: command, environment: environment.merging(further) { _, new in new })
        do throws(LaunchError) {
            let prepared = try PreparedLaunch(instance, launch)
            guard let node, let slash = node.lastIndex(of: "/") else { return prepared.environment }
            return prepared.environment.map {
                $0.hasPrefix("PATH=") ? "PATH=\(node[..<slash]):\($0.dropFirst("PATH=".count))" : $0
            }
        } catch {
            throw TargetFailure(error.description)
        }
    }

    /// How it ended, and the last line that it wrote.
    static func text(of answer: BriefCommand.Answer) -> String {
        let end =
            switch answer.code {
            case 124: "no end in \(timeout.text)"
            case 129...: "killed by \(SignalName.text(answer.code - 128))"
            default: "exit \(answer.code)"
            }
        let lines = answer.output.split(separator: UInt8(ascii: "\n")).map {
            String(decoding: $0, as: UTF8.self).split { $0.isWhitespace || $0 == "\u{1B}" }.joined(separator: " ")
        }
        guard let last = lines.last(where: { !$0.isEmpty }) else { return end }
        return SecretMask().masked("\(end): \(last.prefix(excerptBytes))")
    }
}

/// `exec`: a command that does the rest itself.
nonisolated enum ExecTarget {
    static func apply(_ work: TargetHelper.Work, _ command: [String]) throws(TargetFailure) -> String? {
        try work.commands.run(command)
        return nil
    }
}
