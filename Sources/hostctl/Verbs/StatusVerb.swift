// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl status [NAME…]`
enum StatusVerb {
    private static let lineCount = 10
    private static let eventCount = 5

    static let verb = Verb(
        name: "status", arguments: .services(0...64),
        summary: "the host at a glance, or one service in depth",
        details: [
            "Every state comes with since when and why. A service is as it should be when it is ready, running, "
                + "starting, stopping or stopped; it is not when it is waiting, unhealthy, backoff, looping or held. "
                + "A condition of the host (disk, network, config …) is as it should be when it is ok.",
            "With a NAME: its process, its probes, its newest exit, the last lines of its log and the last events.",
            "--json prints what hostd says, unchanged; of several names as {\"services\": […]}.",
        ],
        examples: [
            .init("hostctl status", "all services and what is wrong with the host"),
            .init("hostctl status gateway", "all that is known of one service"),
            .init("hostctl status --json | jq '.services[] | select(.ready | not).name'", "what is not ready"),
        ],
        exitCodes: [
            .attention: "something is not as it should be: a service that was shown, or a condition of the host",
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
            session.out.lines(HostPage(status: status, style: session.style, now: session.now).lines())
        }
        return status.needsAttention ? .attention : .fine
    }

    private static func services(_ session: Session) throws(Failure) -> ExitCode {
        var code = ExitCode.fine
        var answers: [[UInt8]] = []
        for name in session.request.words {
            do throws(Failure) {
                let answer = try session.client.get(.service(name))
                let service = try session.client.read(answer.json, as: ServiceStatus.init(json:))
                if service.needsAttention, code == .fine { code = .attention }
                if session.wantsJSON {
                    answers.append(answer.bytes)
                } else {
                    if !answers.isEmpty { session.out.line("") }
                    answers.append([])
                    session.out.lines(try page(of: service, session).lines())
                }
            } catch {
                guard error.code == .noSuchName else { throw error }
                session.complain(error.text)
                code = error.code
            }
        }
        if session.wantsJSON { writeJSON(answers, session) }
        return code
    }

    private static func page(of service: ServiceStatus, _ session: Session) throws(Failure) -> ServicePage {
        // Log and history are a help besides: a status without them is still one.
        let log = try? session.client.get(.lastLines(lineCount, of: service.name), as: LogLines.init(json:))
        let events = try? session.client.get(
            .events(limit: eventCount, of: service.name), as: EventPage.init(json:))
        return ServicePage(
            service: service, lastLines: log?.lines.suffix(lineCount) ?? [],
            lastEvents: events?.events.suffix(eventCount) ?? [], style: session.style, now: session.now)
    }

    private static func writeJSON(_ answers: [[UInt8]], _ session: Session) {
        guard session.request.words.count > 1 else {
            if let only = answers.first { session.out.json(only) }
            return
        }
        session.out.json(
            Array("{\"services\":[".utf8) + answers.joined(separator: ",".utf8) + Array("]}".utf8))
    }
}
