// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostConfig
internal import HostControl
internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop
internal import HostWire

/// The program `hostd`.
public enum HostdProgram {
    /// Runs with these arguments (without the program's name) and returns the exit status.
    public static func main(_ arguments: [String]) -> Int32 {
        StandardDescriptors.fill()
        switch HostdArguments.parse(arguments) {
        case .failure(let problem):
            StandardDescriptors.sayError("hostd: \(problem)\n\(HostdArguments.usage)")
            return ExitCode.usage.rawValue
        case .success(.help):
            StandardDescriptors.say(HostdArguments.usage)
            return 0
        case .success(.version):
            StandardDescriptors.say("hostd \(Release.version)")
            return 0
        case .success(.reference):
            StandardDescriptors.say(ReferencePage.text)
            return 0
        case .success(.agentReference):
            StandardDescriptors.say(AgentReferencePage.text)
            return 0
        case .success(.modelReference):
            StandardDescriptors.say(PolicyReferencePage.text)
            return 0
        case .success(.unitReference):
            StandardDescriptors.say(UnitReferencePage.text)
            return 0
        case .success(.unit(let name, let folders)): return UnitListing.run(name, folders)
        case .success(.clean): return CleaningHelper.main()
        case .success(.applyModels): return TargetHelper.main()
        case .success(.check(let folders)): return check(folders)
        case .success(.selfTest(let folders)): return SelfTest.run(folders)
        case .success(.run(let folders)): return run(folders, arguments)
        case .success(.takeOver(let folders, let inherited)): return run(folders, arguments, inherited: inherited)
        case .success(.sweep(let folders)): return Sweep.isWanted(folders) ? run(folders, arguments, isSweep: true) : 0
        case .success(.sweepAll(let folders)): return run(folders, arguments, isSweep: true)
        }
    }

    private static func check(_ folders: Folders) -> Int32 {
        switch ConfigurationLoader(folders: folders).load() {
        case .success((let configuration, _)):
            let advice = ConfigurationAdvice(configuration)
            let errors =
                advice.refusals + PolicyFiles.errors(at: folders.models, usedTiers: configuration.tierUses)
            let lines = errors + advice.warnings.map { "warning: \($0)" }
            if !lines.isEmpty { StandardDescriptors.sayError(lines.joined(separator: "\n")) }
            return (errors.isEmpty ? ExitCode.fine : .badFile).rawValue
        case .failure(let failure):
            let errors = PolicyFiles.errors(at: folders.models, usedTiers: [])
            StandardDescriptors.sayError(([failure.description] + errors).joined(separator: "\n"))
            return ExitCode.badFile.rawValue
        }
    }

    private static func run(
        _ folders: Folders, _ arguments: [String], inherited: ReexecInheritance? = nil, isSweep: Bool = false
    ) -> Int32 {
        Signals.ignorePipe()
        Signals.ignoreLeaseBreaks()
        // Before any thread is made: all of them inherit the mask.
        Signals.block([SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGCONT])
        ProcessLimits.raiseOpenFiles()
        ProcessLimits.setFileMask(0o077)
        do throws(FolderError) {
            try folders.prepare()
            let lock = try HostdLock.take(folders, inherited: inherited?.lock)
            let programs = try Programs.find().get()
            let place = place(of: arguments, lock: lock.raw)
            let passed = PassedSockets(controlPath: folders.socket)
            let status = try serve(folders, programs, place, inherited: inherited, passed: passed, isSweep: isSweep)
            lock.release()
            return status
        } catch {
            Journal.say(.error, error.description)
            // A unit is started again at once; what keeps it from starting is said once a second at most.
            if getenv("NOTIFY_SOCKET") != nil { sleep(1) }
            return ExitCode.failed.rawValue
        }
    }

    private static func serve(
        _ folders: Folders, _ programs: Programs, _ place: ReexecPlace, inherited: ReexecInheritance?,
        passed: PassedSockets, isSweep: Bool
    ) throws(FolderError) -> Int32 {
        let (configuration, problem) = configuration(in: folders)
        do throws(SystemError) {
            let loop = try EventLoop()
            Journal.use(loop)
            let supervisor = try Supervisor(
                loop: loop, folders: folders, configuration: configuration, programs: programs,
                epoch: Processes.epoch())
            let signals = [
                try loop.onSignal(SIGTERM) { supervisor.terminate() },
                try loop.onSignal(SIGINT) { supervisor.shutDown("SIGINT") },
                try loop.onSignal(SIGHUP) { supervisor.reload("SIGHUP") },
                try loop.onSignal(SIGCONT, isFirst: true) { supervisor.wasContinued() },
            ]
            let (access, unknown) = access(configuration.control)
            if access.isShared { try folders.share() }
            let routes = supervisor.makeRoutes()
            let control = try ControlServer(
                loop: loop, socketPath: isSweep ? folders.sweepSocket : folders.socket, access: access,
                inheriting: inherited?.socket ?? passed.control, handler: routes.answer)
            supervisor.reexecPlace = place.with(socket: control.listening)
            supervisor.useControl = { settings in
                let (access, unknown) = Self.access(settings)
                control.use(access)
                if access.isShared { try? folders.share() }
                return unknown
            }
            supervisor.holdVisitors = control.hold
            supervisor.openRequests = { control.openRequests }
            control.onRefusal = { supervisor.refusals.add($0, $1) }
            supervisor.history.add(
                host: "started",
                "hostd \(Release.version) runs as pid \(getpid()), \(configuration.services.count) services")
            let closed = listen(configuration.control, control, supervisor)
            let warnings = [unknown, closed].compactMap(\.self)
            if !warnings.isEmpty { supervisor.setConfigCondition(.warn, warnings.joined(separator: "; ")) }
            if let problem { supervisor.setConfigCondition(.critical, problem) }
            supervisor.takeBackSockets(inherited?.held ?? [], passed.held)
            try supervisor.begin()
            if inherited != nil { supervisor.reapInherited() }
            supervisor.lookForAdvice()
            if isSweep {
                supervisor.shutDown("a hostd that has ended left it, and is to stay down", leavingNothing: true)
            } else {
                supervisor.manager.ready()
            }
            defer { withExtendedLifetime((signals, control)) {} }
            return try loop.run()
        } catch {
            throw FolderError(description: "\(error)")
        }
    }

    /// What the next hostd will be started with; nothing of an earlier takeover.
    private static func place(of arguments: [String], lock: Int32) -> ReexecPlace {
        var kept = arguments
        if let index = kept.firstIndex(of: "--takeover") { kept.removeSubrange(index..<min(index + 2, kept.count)) }
        let program = Files.linkTarget("/proc/self/exe") ?? "/usr/local/sbin/hostd"
        return ReexecPlace(program: program, arguments: kept, socket: -1, lock: lock)
    }

    /// Answers over TCP where that is wanted; returns why it cannot. The control socket is there in any case.
    private static func listen(
        _ settings: ControlSettings, _ control: ControlServer, _ supervisor: Supervisor
    ) -> String? {
        guard let wanted = settings.listen else { return nil }
        guard let address = SocketAddress.literals(host: wanted.host, port: wanted.port)?.first else {
            return "control.listen: \(wanted.text) is no address"
        }
        let path = settings.tokenFile ?? supervisor.folders.state + "/token"
        let names = [supervisor.settings.name, HostName.current].compactMap(\.self)
        switch ControlToken.load(path) {
        case .failure(let problem): return "control.token_file: \(problem); not listening at \(wanted.text)"
        case .success(let token):
            do throws(SystemError) {
                try control.listen(
                    on: ControlNetwork(address: address, port: wanted.port, token: token, names: names))
                Journal.say(.info, "answering at \(wanted.text) for whoever has the token in \(path)")
                return nil
            } catch {
                return "control.listen: \(error)"
            }
        }
    }

    /// Who may use the control socket, and which group of them does not exist.
    private static func access(_ settings: ControlSettings) -> (ControlAccess, unknown: String?) {
        let access = ControlAccess(
            adminGroup: settings.adminGroup.flatMap(Users.groupID), readGroup: settings.readGroup.flatMap(Users.groupID)
        )
        for (key, name, found) in [
            ("admin_group", settings.adminGroup, access.adminGroup),
            ("read_group", settings.readGroup, access.readGroup),
        ] {
            if let name, found == nil { return (access, "control.\(key): group \"\(name)\" does not exist") }
        }
        return (access, nil)
    }

    /// The configuration to run with, and what is wrong with the one that was wanted. A bad file never leaves the
    /// host dark.
    private static func configuration(in folders: Folders) -> (HostConfiguration, problem: String?) {
        let loader = ConfigurationLoader(folders: folders)
        switch loader.load() {
        case .success((let configuration, let files)):
            do throws(SystemError) {
                try loader.keep(files)
            } catch {
                Journal.say(
                    .warning, "\(error); a later start with a bad configuration would have none to fall back on")
            }
            return (configuration, nil)
        case .failure(let failure):
            for line in failure.description.split(separator: "\n") { Journal.say(.error, String(line)) }
            let first = failure.description.split(separator: "\n").first.map(String.init) ?? ""
            guard let accepted = loader.lastAccepted() else {
                return (HostConfiguration(), "\(first); there is no accepted one, so no service is known")
            }
            return (accepted, "\(first); running with the configuration that was accepted last")
        }
    }
}
