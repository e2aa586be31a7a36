// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux
internal import HostWire

/// `hostd --apply-models`: brings the models to one target, in a process of its own that has no other rights than who
/// decides what stands there. The order lies in descriptor 3, the result goes to descriptor 4. Descriptor 5 is the lock
/// of the target: as long as this process or a command of it lives, nobody else works on it, whatever becomes of hostd.
nonisolated enum TargetHelper {
    /// What an adapter needs.
    struct Work {
        let order: TargetOrder
        /// Who it is done as.
        let account: UserAccount
        let commands: TargetCommands
        /// The template, where it is one.
        var template: TargetFile?
    }

    static func main() -> Int32 {
        let text = Descriptor(owning: 3)
        let report = Descriptor(owning: 4)
        Signals.ignorePipe()
        guard BackgroundWork.endWithParent(readingFrom: report.raw) else { return 0 }
        guard let bytes = try? Files.read("/proc/self/fd/\(text.raw)"), let json = try? JSON(parsing: bytes),
            let order = TargetOrder(json: json)
        else { return ExitCode.usage.rawValue }
        var result = TargetResult()
        do throws(TargetFailure) {
            let work = try prepare(order)
            // Becoming another user undid it.
            guard BackgroundWork.endWithParent(readingFrom: report.raw) else { return 0 }
            result.digest = try apply(work)
        } catch {
            result.error = error.description
        }
        return (try? report.write(all: result.json.bytes)) == nil ? 1 : 0
    }

    /// Looks up whose rights are to be used, and has no others from then on.
    private static func prepare(_ order: TargetOrder) throws(TargetFailure) -> Work {
        var order = order
        if case .openclaw(let folder) = order.target.action {
            let place = try expanded(folder, order.target.user)
            order = order.with(.openclaw(place))
        }
        let account = try TargetRights.account(of: order.target)
        let keeper = try opened(order.keeper)
        var template: TargetFile?
        if case .template(let from, _) = order.target.action {
            // What root alone can change is read as root; all else with the rights of who gets it.
            if getuid() == 0, try isRoots(from) { template = try TargetFile(reading: from) }
        }
        if account.uid != getuid() {
            try TargetFailure.of { () throws(SystemError) in try Processes.become(account) }
        }
        return Work(
            order: order, account: account, commands: TargetCommands(order, account, keeper: keeper),
            template: template)
    }

    /// Stays open until this process ends.
    private static func opened(_ path: String) throws(TargetFailure) -> Int32 {
        try TargetFailure.of { () throws(SystemError) in try Descriptor(opening: path, O_RDONLY).release() }
    }

    private static func isRoots(_ path: String) throws(TargetFailure) -> Bool {
        try TargetFailure.of { () throws(SystemError) in try FileRights.changer(of: path) == nil }
    }

    /// `~agent/x` and `~/x`.
    private static func expanded(_ path: String, _ user: String?) throws(TargetFailure) -> String {
        guard path.hasPrefix("~") else { return path }
        let name = path.dropFirst().prefix { $0 != "/" }
        let wanted = name.isEmpty ? user : String(name)
        guard let account = wanted.map({ Users.account($0) }) ?? Users.account(uid: getuid()) else {
            throw TargetFailure("there is no user \"\(wanted ?? "")\" on this host, whose home \(path) is in")
        }
        return account.home + path.dropFirst(1 + name.count)
    }

    private static func apply(_ work: Work) throws(TargetFailure) -> String? {
        switch work.order.target.action {
        case .template(let from, let to): try TemplateTarget.apply(work, from: from, to: to)
        case .litellm(let proxy): try LiteLLMTarget.apply(work, proxy.config ?? "")
        case .openclaw(let folder): try OpenClawTarget(work, folder: folder).apply()
        case .exec(let command): try ExecTarget.apply(work, command)
        }
    }
}

extension TargetOrder {
    nonisolated fileprivate func with(_ action: ModelTarget.Action) -> TargetOrder {
        var target = target
        target.action = action
        return TargetOrder(target: target, models: models, modelsFile: modelsFile, keeper: keeper, node: node)
    }
}

/// Whose rights a target is brought its models with.
nonisolated enum TargetRights {
    static func account(of target: ModelTarget) throws(TargetFailure) -> UserAccount {
        let own = getuid()
        if let user = target.user {
            guard let account = Users.account(user) else {
                throw TargetFailure("there is no user \"\(user)\" on this host")
            }
            guard own == 0 || account.uid == own else {
                throw TargetFailure("hostd runs as uid \(own) and cannot become \"\(user)\" (run it as root)")
            }
            return account
        }
        guard own == 0, let place = place(of: target) else { return Users.account(uid: own) }
        return try owner(of: place)
    }

    private static func place(of target: ModelTarget) -> String? {
        switch target.action {
        case .openclaw(let folder): folder + "/x"
        case .litellm(let proxy): proxy.config
        case .template(_, let to): to
        case .exec: nil
        }
    }

    /// Who decides what stands in the folder of `place`, also where a link of root's leads.
    private static func owner(of place: String) throws(TargetFailure) -> UserAccount {
        let found = try look(at: folder(of: place))
        guard found == 0, let real = try? Files.realPath(place) else { return Users.account(uid: found) }
        return Users.account(uid: try look(at: folder(of: real)))
    }

    private static func look(at folder: String) throws(TargetFailure) -> UInt32 {
        switch try TargetFailure.of({ () throws(SystemError) in try FolderRights.owner(of: folder) }) {
        case .owner(let uid): return uid
        case .refused(let why): throw TargetFailure(why)
        }
    }

    private static func folder(of place: String) -> String {
        let folder = place[..<(place.lastIndex(of: "/") ?? place.endIndex)]
        return folder.isEmpty ? "/" : String(folder)
    }
}

/// A file that was read, with what is to stay of it.
nonisolated struct TargetFile {
    /// So large a file may be.
    static let limitBytes = 4 << 20

    let bytes: [UInt8]
    let rights: UInt32

    init(reading path: String) throws(TargetFailure) {
        (bytes, rights) = try TargetFailure.of { () throws(SystemError) in
            (try Files.read(path, limit: Self.limitBytes), try FileStatus(at: path).rights)
        }
    }
}
