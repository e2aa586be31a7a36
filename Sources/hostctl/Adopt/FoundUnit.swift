// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostLinux
internal import HostWire

/// A unit that is to become a service: found, read, and translated.
struct FoundUnit {
    let unit: String
    /// Nil where it is a file that no manager has.
    let manager: UnitManager?
    /// Its .socket units.
    let sockets: [String]
    /// How it and its sockets were found, so that they can be put back.
    let states: [UnitState]
    let service: AdoptedService

    /// What the command line names.
    static func find(_ session: Session, services: Set<String>) throws(Failure) -> FoundUnit {
        let word = session.request.words[0]
        let wanted = try person(session)
        if word.contains("/") { return try ofFile(word, wanted, session, services) }
        let unit = word.contains(".") ? word : word + ".service"
        guard unit.hasSuffix(".service") else {
            throw .usage("\"\(CleanText.of(word))\" is no service unit (hostctl adopt NAME.service)")
        }
        // A user's own unit before one of the system.
        let own = getuid() == 0 ? nil : Users.account(uid: getuid())
        let places: [UserAccount?] = wanted.map { [$0] } ?? (own.map { [$0, nil] } ?? [nil])
        var last: Failure?
        for place in places {
            let manager = try UnitManager(place)
            do throws(Failure) {
                let facts = try manager.show(unit)
                if facts["LoadState"] == "loaded" { return try read(unit, manager, facts, session, services) }
                if facts["LoadState"] == "masked" {
                    last = Failure(.failed, "\(unit) is masked (\(manager.commandLine(["unmask", unit])))")
                }
            } catch {
                last = error
            }
        }
        throw last ?? missing(unit, places[0])
    }

    private static func person(_ session: Session) throws(Failure) -> UserAccount? {
        guard let text = session.request.value(.ofUser) else { return nil }
        guard let account = Users.account(text) else {
            throw Failure(.noSuchName, "there is no user \"\(CleanText.of(text))\"")
        }
        guard getuid() == 0 || account.uid == getuid() else {
            throw Failure(.notPermitted, "only root looks at units of another user (sudo hostctl adopt …)")
        }
        return account
    }

    private static func missing(_ unit: String, _ place: UserAccount?) -> Failure {
        var hint = "hostctl adopt ./FILE.service reads a file"
        if place == nil, getuid() == 0 {
            let owners = Users.local().filter { Files.exists("\($0.home)/.config/systemd/user/\(unit)") }
            if let owner = owners.first { hint = "user \(owner.name) has one: --user \(owner.name)" }
        }
        let whose = place.map { "user \($0.name)" } ?? "the system"
        return Failure(.noSuchName, "\(whose) has no unit \(CleanText.of(unit)) (\(hint))")
    }

    private static func read(
        _ unit: String, _ manager: UnitManager, _ facts: [String: String], _ session: Session, _ services: Set<String>
    ) throws(Failure) -> FoundUnit {
        // An alias has another name.
        let name = facts["Id"].flatMap { $0.isEmpty ? nil : $0 } ?? unit
        let sockets = (facts["TriggeredBy"] ?? "").split(separator: " ").map(String.init)
            .filter { $0.hasSuffix(".socket") }
        let state = facts["UnitFileState"] ?? ""
        var context = context(name, manager.user, services)
        var states = [UnitState(name, facts)]
        for socket in sockets { states.append(UnitState(socket, try manager.show(socket))) }
        // Where a socket starts it, that is what is enabled.
        context.isEnabled = states.contains(where: \.isEnabled) || state != "disabled" ? nil : false
        context.stopTimeout = facts["TimeoutStopUSec"].flatMap { $0.isEmpty ? nil : $0 }
        for socket in sockets { context.sockets.append(try manager.cat(socket)) }
        let service = UnitTranslation.translate(try manager.cat(name), context, name: try serviceName(name, session))
        return FoundUnit(
            unit: name, manager: manager, sockets: sockets, states: states, service: service)
    }

    private static func ofFile(
        _ path: String, _ user: UserAccount?, _ session: Session, _ services: Set<String>
    ) throws(Failure) -> FoundUnit {
        let unit = path.split(separator: "/").last.map(String.init) ?? path
        guard unit.hasSuffix(".service") else {
            throw .usage("\(CleanText.of(path)) is no service unit (its name ends in .service)")
        }
        var context = context(unit, user, services)
        var text = try contents(path)
        let socket = String(path.dropLast("service".count)) + "socket"
        if Files.exists(socket) { context.sockets = [UnitFile(try contents(socket))] }
        text = "# \(path.hasPrefix("/") ? path : Files.currentFolder() + "/" + path)\n" + text
        let service = UnitTranslation.translate(UnitFile(text), context, name: try serviceName(unit, session))
        return FoundUnit(
            unit: unit, manager: nil, sockets: [], states: [], service: service)
    }

    private static func contents(_ path: String) throws(Failure) -> String {
        do throws(SystemError) {
            return try Files.readText(path)
        } catch {
            let code: ExitCode = error.code == ENOENT ? .noSuchName : error.code == EACCES ? .notPermitted : .failed
            throw Failure(code, "cannot read \(CleanText.of(path)): \(errorText(error.code))")
        }
    }

    private static func context(_ unit: String, _ user: UserAccount?, _ services: Set<String>) -> UnitContext {
        var context = UnitContext(unit: unit)
        context.user = user.map { .init(name: $0.name, uid: $0.uid, home: $0.home, shell: $0.shell) }
        context.hostName =
            (try? Files.readText("/proc/sys/kernel/hostname").split(separator: "\n").first).map(String.init) ?? ""
        context.services = services
        context.isRoots = getuid() == 0
        return context
    }

    private static func serviceName(_ unit: String, _ session: Session) throws(Failure) -> String {
        if let name = session.request.value(.serviceName) {
            guard UnitContext.serviceName(name) == name else {
                throw .usage(
                    "--name: \"\(CleanText.of(name))\" is no name of a service (a lower-case letter, then at most 47 "
                        + "of a-z, 0-9, _ and -)")
            }
            return name
        }
        guard let name = UnitContext.serviceName(unit) else {
            throw .usage("\(CleanText.of(unit)) makes no name of a service (--name gives one)")
        }
        return name
    }
}
