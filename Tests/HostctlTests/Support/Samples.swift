// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire

/// A host as hostd describes it. Times lie half a unit beyond what is shown of them, so that a slow test sees the same.
enum Samples {
    static func ago(seconds: Int64) -> WallTime {
        WallTime(milliseconds: Clock.wallMilliseconds - seconds * 1000)
    }

    /// 2020-05-18T09:30:00.125Z
    static let dawn = WallTime(milliseconds: 1_589_794_200_125)

    static var gateway: ServiceStatus {
        ServiceStatus(
            name: "gateway", state: "ready", since: ago(seconds: 7530), pid: 4242, restarts: 2,
            reason: "ready 0.4 s after its start: 200 OK", ready: true)
    }
    static var agent: ServiceStatus {
        ServiceStatus(
            name: "agent", state: "backoff", since: ago(seconds: 90 * 60 + 30), restarts: 12,
            reason:
                "backoff 8 s: exit 1 after 0.4 s, last line: Error: listen EADDRINUSE :::18789; "
                + "port held by pid 811 (node)"
        )
    }
    static var batch: ServiceStatus {
        ServiceStatus(
            name: "batch", state: "stopped", since: ago(seconds: 3 * 86_400 + 1800), reason: "stopped by a person")
    }

    static func host(_ services: [ServiceStatus], conditions: [ConditionStatus] = []) -> HostStatus {
        HostStatus(
            host: HostFacts(
                name: "agent-01", version: "0.1.0", pid: 1, uptimeSeconds: 3 * 86_400 + 4 * 3600 + 1800,
                launcher: "direct"),
            conditions: conditions, services: services)
    }

    static var fullDisk: ConditionStatus {
        ConditionStatus(
            kind: "disk", level: "warn", since: ago(seconds: 7530), reason: "/var/lib/hostd is 91% full, 2.1 GiB left")
    }

    /// Answers for these services: the host, each of them, 404 with the nearest name for others.
    static func answering(_ services: [ServiceStatus], conditions: [ConditionStatus] = []) -> StandIn.Answering {
        let host = host(services, conditions: conditions).json
        return { question in
            let path = question.path
            if path == ["v1", "status"] { return .json(host) }
            if path == ["v1", "services"] { return .json(ServiceList(services: services).json) }
            guard path.count >= 3, path[1] == "services" else { return .json(EventPage(events: [], lastID: 0).json) }
            guard let service = services.first(where: { $0.name == path[2] }) else { return noService(path[2]) }
            if path.count == 3 { return .json(service.json) }
            return .json(LogLines(lines: [], cursor: "1:0").json)
        }
    }

    static func noService(_ name: String) -> Reply {
        .error(404, "no service \"\(name)\"", hint: "did you mean gateway?")
    }
}
