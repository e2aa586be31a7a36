// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostWire

/// `hostctl check [FILE…]`
enum CheckVerb {
    static let verb = Verb(
        name: "check", operands: [.files],
        summary: "whether the configuration is right, without hostd",
        details: [
            "Reads hostd.toml and, beside it, conf.d/*.toml sorted by name; with FILEs, exactly those, in that order. "
                + "Prints everything that is wrong as file:line:column: what is wrong (what would be right).",
            "hostd is not asked: hostctl plan does that, and says what a reload would change.",
            "--json prints {\"ok\", \"files\", \"services\", \"errors\": [{\"file\", \"line\", \"column\", "
                + "\"message\"}]}.",
        ],
        sample: [
            "$ hostctl check",
            "/etc/hostd/hostd.toml:7:1: service.gateway.autostrt: unknown key (did you mean \"autostart\"?)",
        ],
        examples: [
            .init("hostctl check", "the configuration of this host"),
            .init("hostctl check --dir /srv/agents", "/srv/agents/hostd.toml and /srv/agents/conf.d/*.toml"),
            .init(
                "hostctl check hostd.toml && sudo install -m 644 hostd.toml /etc/hostd/", "a draft, before it counts"),
        ],
        exitCodes: [
            .notPermitted: "a file may not be read",
            .badFile: "something is wrong with a file, or there is none",
        ],
        asksHostd: false,
        run: { session throws(Failure) in
            let files = try ConfigurationFiles.read(session.request, explicit: session.request.words)
            switch ConfigurationReader.read(files) {
            case .success(let configuration):
                report(files, configuration, session)
                return .fine
            case .failure(let errors):
                report(files, errors, session)
                return .badFile
            }
        })

    private static func report(
        _ files: [ConfigurationFile], _ configuration: HostConfiguration, _ session: Session
    ) {
        let services = configuration.services.map(\.name.text)
        if session.wantsJSON { return reportJSON(files, services: services, errors: [], session) }
        let place = files.count == 1 ? files[0].path : "\(files[0].path) and \(files.count - 1) more"
        let what = services.isEmpty ? "no services" : services.joined(separator: ", ")
        session.out.line("\(place): all right (\(what))")
    }

    private static func report(_ files: [ConfigurationFile], _ errors: ConfigurationErrors, _ session: Session) {
        if session.wantsJSON { return reportJSON(files, services: [], errors: errors.errors, session) }
        ErrorList.show(errors, session)
    }

    private static func reportJSON(
        _ files: [ConfigurationFile], services: [String], errors: [ConfigurationError], _ session: Session
    ) {
        let list = errors.map { error -> JSON in
            [
                "file": .string(error.file), "line": JSON(error.line), "column": JSON(error.column),
                "message": .string(error.message),
            ]
        }
        let json: JSON = [
            "ok": .bool(errors.isEmpty), "files": .array(files.map { .string($0.path) }),
            "services": .array(services.map { .string($0) }), "errors": .array(list),
        ]
        session.out.json(json.bytes)
    }
}
