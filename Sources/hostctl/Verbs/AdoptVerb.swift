// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// `hostctl adopt UNIT`
enum AdoptVerb {
    static let verb = Verb(
        name: "adopt", operands: [.unit],
        summary: "the configuration of a service in place of a unit of systemd",
        details: [
            "Reads a unit with its drop-ins and prints what hostd.toml would say instead, with a preset where one fits "
                + "its command, and a comment for each thing that has no equivalent. UNIT is a unit of the system; "
                + "with --user, or called by a user, of that user's manager; with a / in it, a file.",
            "--write puts it beside hostd.toml as conf.d/NAME.toml, when it is right together with all the rest; "
                + "nothing that is there is overwritten. --take-over also stops and disables the unit, reloads hostd "
                + "and waits until the service is ready; where it does not get there, the file goes and the unit is "
                + "enabled and started again. Only --take-over needs hostd.",
            "--json prints {\"unit\", \"user\", \"service\", \"preset\", \"toml\", \"notes\", \"blockers\", "
                + "\"properties\", \"file\", \"written\", \"taken_over\"}.",
        ],
        sample: [
            "$ hostctl adopt openclaw-gateway --user agent --write",
            "/etc/hostd/conf.d/openclaw-gateway.toml is written. What is left to do:",
            "systemctl --user --machine=agent@ disable --now openclaw-gateway.service",
            "hostctl reload",
        ],
        options: [.ofUser, .serviceName, .write, .takeOver],
        examples: [
            .init("hostctl adopt openclaw-gateway --user agent", "what it would be"),
            .init("sudo hostctl adopt worker.service --write --name batch", "written, under another name"),
            .init("sudo hostctl adopt openclaw-gateway --user agent --take-over --timeout 5m", "all of it"),
            .init("hostctl adopt ./worker.service", "of a file that is not installed"),
        ],
        exitCodes: [
            .failed: "the name is taken, or the service did not get ready: the unit is as it was",
            .noSuchName: "there is no such unit, file or user",
            .notPermitted: "the file may not be written, or the unit not be managed",
            .badFile: "something is wrong with the configuration, or would be",
        ],
        asksHostd: false, patience: .seconds(90),
        run: { session throws(Failure) in try AdoptRun(session).run() })
}

/// One call of it.
private struct AdoptRun {
    private let session: Session
    private var isTakingOver: Bool { session.request.has(.takeOver) }
    private var isWriting: Bool { session.request.has(.write) || isTakingOver }

    init(_ session: Session) {
        self.session = session
    }

    func run() throws(Failure) -> ExitCode {
        // What is configured is known where it can be read; only a file that is written has to fit it.
        let files = try configuration()
        var services: Set<String> = []
        if case .success(let configuration) = ConfigurationReader.read(files) {
            services = Set(configuration.services.map(\.family.text))
        }
        let found = try FoundUnit.find(session, services: services)
        let file = AdoptedFile(found.service, session)
        if isWriting {
            try file.check(beside: files, found.service)
            if isTakingOver { try takeOver(found, file) } else { try file.write() }
        }
        report(found, file)
        return .fine
    }

    private func configuration() throws(Failure) -> [ConfigurationFile] {
        do throws(Failure) {
            return try ConfigurationFiles.read(session.request)
        } catch {
            if isWriting { throw error }
            return []
        }
    }

    private func takeOver(_ found: FoundUnit, _ file: AdoptedFile) throws(Failure) {
        guard let manager = found.manager else {
            throw .usage("--take-over takes a unit, and \(CleanText.of(found.unit)) is a file here (--write)")
        }
        if let first = found.service.blockers.first {
            let more = found.service.blockers.count - 1
            throw Failure(
                .failed,
                "\(found.unit) would not run as it did: \(first)\(more > 0 ? ", and \(more) more" : "") (mend it in "
                    + "what --write writes, then stop the unit and reload)")
        }
        try TakeOver(found: found, manager: manager, file: file, session: session).run()
    }

    private func report(_ found: FoundUnit, _ file: AdoptedFile) {
        let service = found.service
        if session.wantsJSON { return session.out.json(json(found, file).bytes) }
        guard isWriting else { return session.out.line(service.toml.dropLast()) }
        if isTakingOver {
            session.out.line("\(service.name): ready, in place of \(found.unit); \(file.path) says how it runs")
        } else {
            session.out.line("\(file.path) is written. What is left to do:")
            for blocker in service.blockers { session.out.line("mend: \(CleanText.of(blocker))") }
            if let manager = found.manager {
                session.out.line(manager.commandLine(["disable", "--now", found.unit] + found.sockets))
            }
            session.out.line("hostctl reload")
        }
        if isTakingOver {
            for note in service.notes { session.out.line("note: \(CleanText.of(note))") }
        }
    }

    private func json(_ found: FoundUnit, _ file: AdoptedFile) -> JSON {
        let service = found.service
        return [
            "unit": .string(found.unit), "user": JSON(found.manager?.user?.name), "service": .string(service.name),
            "preset": JSON(service.preset), "toml": .string(service.toml),
            "notes": .array(service.notes.map { .string($0) }),
            "blockers": .array(service.blockers.map { .string($0) }),
            "properties": .object(service.properties.map { JSON.Member(key: $0.key, value: .string($0.value)) }),
            "file": .string(file.path), "written": .bool(isWriting), "taken_over": .bool(isTakingOver),
        ]
    }
}
