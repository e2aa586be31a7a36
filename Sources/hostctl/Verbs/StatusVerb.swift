// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// `hostctl status [NAME…]`
enum StatusVerb {
    private static let lineCount = 10
    private static let eventCount = 5
    private static let jobCount = 10
    /// Of older failures one knows.
    private static let recentMilliseconds: Int64 = 24 * 3600 * 1000

    static let verb = Verb(
        name: "status", operands: [.servicesOrNone],
        summary: "the host at a glance, or one service in depth",
        details: [
            "Every state comes with since when and why. A service is as it should be when it is ready, running, "
                + "starting, stopping or stopped; it is not when it is waiting, unhealthy, backoff, looping or held. "
                + "A condition of the host (disk, network, config …) is as it should be when it is ok, and so is a "
                + "job unless it is held or stalled.",
            "With the name of a service: its process, its probes, its newest exit, the last lines of its log and the "
                + "last events. Of several that a tag, a pattern or all names: one line each. \(Selector.help)",
            "--json prints what hostd says, unchanged; of several services as {\"services\": […]}.",
        ],
        sample: [
            "$ hostctl status",
            "agent-01  hostd 0.1.0  up 3d 4h  launcher direct  services 1 ready / 3 all",
            "▲ disk warn  /var/lib/hostd is 91% full, 2.1 GiB left (2h 5m ago)",
            "",
            "  NAME     STATE    SINCE        PID  RESTARTS  REASON",
            "▲ agent    backoff  3s ago         -        12",
            "    backoff 8 s: exit 1 after 0.4 s, last line: Error: listen EADDRINUSE :::18789; port held by pid 811",
            "    (node)",
            "○ batch    stopped  3d ago         -         0  stopped by a person",
            "● gateway  ready    2h 5m ago   4242         2  ready 0.4 s after its start: 200 OK",
            "",
            "$ hostctl status gateway",
            "● gateway ready",
            "      since  2026-11-25 17:40:12 (2h 5m ago)",
            "     reason  ready 0.4 s after its start: 200 OK",
            "    process  pid 4242, keeper 4240, instance gateway.17, up 2h 5m",
            "   restarts  2",
            "  last exit  exit 1 after 0.4 s, last line: boom, 2026-11-25 17:40:11 (2h 5m ago)",
            "      ports  18789",
            "        log  /var/log/hostd/gateway/current",
            "     probes  live     ok   http http://127.0.0.1:18789/healthz  200 OK, took 2 ms, 4s ago",
            "             ready    ok   http http://127.0.0.1:18789/readyz  200 OK, took 2 ms, 1s ago",
            "",
            "last lines of its log",
            "2026-11-25 17:40:12.812  listening on 18789",
            "",
            "last events",
            "2026-11-25 17:40:12  gateway  ready  ready 0.4 s after its start: 200 OK",
        ],
        examples: [
            .init("hostctl status", "all services and what is wrong with the host"),
            .init("hostctl status gateway", "all that is known of one service"),
            .init("hostctl status tag:edge 'worker@*'", "those that are tagged edge, and all instances of worker"),
            .init("hostctl status --json | jq '.services[] | select(.ready | not).name'", "what is not ready"),
        ],
        exitCodes: [
            .attention: "something is not as it should be: a service that was shown, a condition of the host, or a job",
            .noSuchName: "there is no service of that name",
        ],
        run: { session throws(Failure) in
            session.request.words.isEmpty ? try host(session) : try services(session)
        })

    private static func host(_ session: Session) throws(Failure) -> ExitCode {
        let answer = try session.client.get(.status)
        let status = try session.client.read(answer.json, as: HostStatus.init(json:))
        if session.wantsJSON {
            session.out.json(answer.bytes)
        } else {
            let jobs = troubledJobs(status.jobs, session)
            session.out.lines(
                HostPage(status: status, troubledJobs: jobs, style: session.style, now: session.now).lines())
        }
        return status.needsAttention ? .attention : .fine
    }

    /// Jobs that are held or hang, and those that failed not long ago. A status without them is still one.
    private static func troubledJobs(_ counts: JobCounts, _ session: Session) -> [JobBrief] {
        let states = JobPhase.allCases.filter(\.isLoud).map(\.rawValue).filter { counts.byState[$0, default: 0] > 0 }
        guard !states.isEmpty else { return [] }
        let query = JobQuery(states: states, limit: jobCount)
        let found = (try? session.client.get(.jobs(query), as: JobList.init(json:)))?.jobs ?? []
        return found.filter { job in
            job.phase != .failed || session.now.milliseconds - job.since.milliseconds < recentMilliseconds
        }
    }

    private static func services(_ session: Session) throws(Failure) -> ExitCode {
        if let name = Selection.plainName(session) {
            do throws(Failure) {
                return try page(of: try session.client.get(.service(name)), session)
            } catch {
                // It may be a service with several instances.
                guard error.code == .noSuchName, try !Selection.resolve([name], session).services.isEmpty else {
                    throw error
                }
            }
        }
        let answer = try session.client.get(.services)
        let all = try session.client.read(answer.json, as: ServiceList.init(json:)).services
        let selection = Selection.choose(session.request.words, among: all.map(ServiceBrief.init))
        for failure in selection.failures { session.complain(failure.text) }
        let byName = Dictionary(all.map { ($0.name, $0) }) { first, _ in first }
        let services = selection.services.compactMap { byName[$0.name] }
        if session.wantsJSON {
            let names = Set(services.map(\.name))
            let elements = answer.json["services"]?.elements ?? []
            let json: JSON = ["services": .array(elements.filter { $0["name"]?.text.map(names.contains) ?? false })]
            session.out.json(json.bytes)
        } else if session.request.words.allSatisfy({ byName[$0] != nil }) || services.count == 1 {
            for (index, service) in services.enumerated() {
                if index > 0 { session.out.line("") }
                session.out.lines(try page(of: service, session).lines())
            }
        } else if !services.isEmpty {
            session.out.lines(ServiceTable(services, style: session.style, now: session.now).lines())
        }
        if !selection.failures.isEmpty { return .noSuchName }
        return services.contains(where: \.needsAttention) ? .attention : .fine
    }

    /// One service in depth.
    private static func page(of answer: ControlClient.Answer, _ session: Session) throws(Failure) -> ExitCode {
        let service = try session.client.read(answer.json, as: ServiceStatus.init(json:))
        if session.wantsJSON {
            session.out.json(answer.bytes)
        } else {
            session.out.lines(try page(of: service, session).lines())
        }
        return service.needsAttention ? .attention : .fine
    }

    private static func page(of service: ServiceStatus, _ session: Session) throws(Failure) -> ServicePage {
        // Log and history are a help besides: a status without them is still one.
        let log = try? session.client.get(
            .logs(of: service.name, [("lines", "\(lineCount)")]), as: LogLines.init(json:))
        let events = try? session.client.get(
            .events(limit: eventCount, of: service.name), as: EventPage.init(json:))
        return ServicePage(
            service: service, lastLines: log?.lines.suffix(lineCount) ?? [],
            lastEvents: events?.events.suffix(eventCount) ?? [], style: session.style, now: session.now)
    }
}
