// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl version`
enum VersionVerb {
    static let verb = Verb(
        name: "version",
        summary: "the versions of hostctl and of the hostd that runs",
        details: ["Works without hostd, too: then it says that none can be reached."],
        sample: [
            "$ hostctl version",
            "hostctl 0.1.0",
            "hostd   0.1.0 (pid 1 at /run/hostd/hostd.sock)",
        ],
        examples: [.init("hostctl version", "hostctl's version, and that of hostd when it answers")],
        asksHostd: false, patience: .seconds(2),
        run: { session throws(Failure) in
            var client = session.client
            client.patience = min(client.patience, .seconds(2))
            let host = try? client.get(.status, as: HostStatus.init(json:)).host
            if session.wantsJSON {
                let json: JSON = ["hostctl": .string(Release.version), "hostd": JSON(host?.version)]
                session.out.json(json.bytes)
                return .fine
            }
            session.out.line("hostctl \(Release.version)")
            if let host {
                session.out.line("hostd   \(CleanText.of(host.version)) (pid \(host.pid) at \(session.client.socket))")
            } else {
                session.out.line("hostd   does not answer at \(session.client.socket)")
            }
            return .fine
        })
}
