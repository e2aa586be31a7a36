// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[network]`
enum NetworkSection {
    static let section = Section(
        "network", empty: NetworkSettings(),
        keys: [
            Key(
                "probes", .networkProbes, \.probes, also: ["probe", "targets", "hosts"], change: .inPlace,
                "What is asked to see how the network does; each has a `name`, one of `http` (with `expect`), `tcp` "
                    + "and `dns` (with `server`), and may have `interval` (15s) and `timeout` (5s). "
                    + "Without probes nothing is sent.")
        ])

    /// One of the probes.
    static let probe = Section(
        "network.probes", empty: NetworkProbeDraft(),
        hint: "a table, like { name = \"openrouter\", http = \"https://openrouter.ai/api/v1/models\" }",
        exclusive: ["http", "tcp", "dns"],
        keys: [
            Key("name", .probeName, \.name, "What people call it."),
            Key("http", .webAddress, \.http, also: ["url", "https"], "GET this URL."),
            Key("expect", .statuses, \.expect, also: ["status"], "The statuses that only the right server gives."),
            Key("tcp", .endpoint, \.tcp, "Connect to this address."),
            Key("dns", .hostName, \.dns, also: ["resolve"], "Ask a name server for the address of this name."),
            Key("server", .nameServer, \.server, also: ["resolver"], "The name server, instead of the system's."),
            Key(
                "interval", .time(.milliseconds(50)...TimeText.day), \.interval, also: ["period"],
                "From one question to the next."),
            Key(
                "timeout", .time(.milliseconds(10)...TimeText.hour), \.timeout,
                "A question without an answer after this time has failed."),
        ])
}

/// A probe while its keys are read.
struct NetworkProbeDraft: Sendable {
    var name: String?
    var http: String?
    var expect: [ClosedRange<Int>]?
    var tcp: Endpoint?
    var dns: String?
    var server: Endpoint?
    var interval: Duration = .seconds(15)
    var timeout: Duration = .seconds(5)

    /// What is asked; nil when nothing is.
    var target: NetworkProbeSpecification.Target? {
        if let http { return .http(url: http, expected: expect) }
        if let tcp { return .tcp(host: tcp.host, port: tcp.port) }
        return dns.map { .dns(name: $0, server: server?.text) }
    }

    /// What is wrong with the keys together; nil when nothing is.
    var problem: String? {
        if name == nil { return "has no name (write name = \"openrouter\")" }
        if target == nil { return "asks nothing (give one of http, tcp, dns)" }
        if expect != nil, http == nil { return "\"expect\" goes with http only" }
        if server != nil, dns == nil { return "\"server\" goes with dns only" }
        return nil
    }
}

extension ValueType<[NetworkProbeSpecification]> {
    /// An array of tables, each a probe of the network.
    static let networkProbes = ValueType(
        "list of probes", hint: "an array of \(NetworkSection.probe.hint)",
        read: { node, checking in
            guard case .array(let nodes) = node.value else {
                node.reportWrongType("an array of \(NetworkSection.probe.hint)", &checking)
                return nil
            }
            guard nodes.count <= 64 else {
                checking.report("\(nodes.count) probes are too many (at most 64)", at: node.place)
                return nil
            }
            var probes: [NetworkProbeSpecification] = []
            for (index, node) in nodes.enumerated() {
                checking.note(node.place, item: index)
                guard let probe = read(node, &checking) else { continue }
                if probes.contains(where: { $0.name == probe.name }) {
                    checking.report("\(quoted(probe.name)) stands twice (give each a name of its own)", at: node.place)
                }
                probes.append(probe)
            }
            return probes.count == nodes.count ? probes : nil
        },
        show: { "[" + $0.map(shown).joined(separator: ", ") + "]" })

    private static func read(_ node: TomlNode, _ checking: inout Checking) -> NetworkProbeSpecification? {
        var draft = NetworkSection.probe.empty
        let errors = checking.errorCount
        guard NetworkSection.probe.apply(node, to: &draft, &checking), checking.errorCount == errors else {
            return nil
        }
        guard draft.problem == nil, let name = draft.name, let target = draft.target else {
            checking.report(draft.problem ?? "", at: node.place)
            return nil
        }
        return NetworkProbeSpecification(
            name: name, target: target, interval: draft.interval, timeout: draft.timeout)
    }

    private static func shown(_ probe: NetworkProbeSpecification) -> String {
        var parts = ["name = \(quoted(probe.name))"]
        switch probe.target {
        case .http(let url, let expected):
            parts.append("http = \(tomlString(url))")
            if let expected { parts.append("expect = \(ValueType<[ClosedRange<Int>]>.statuses.show(expected))") }
        case .tcp(let host, let port): parts.append("tcp = \(quoted(Endpoint(host: host, port: port).text))")
        case .dns(let name, let server):
            parts.append("dns = \(quoted(name))")
            if let server { parts.append("server = \(quoted(server))") }
        }
        parts.append("interval = \(quoted(TimeText.text(probe.interval)))")
        parts.append("timeout = \(quoted(TimeText.text(probe.timeout)))")
        return "{ " + parts.joined(separator: ", ") + " }"
    }
}

extension ValueType<String> {
    /// What people call a probe: it stands in status, series and variables.
    fileprivate static let probeName = ValueType(
        "name", hint: "a name, like \"openrouter\"",
        read: { node, checking in
            guard let text = node.string(hint: "a name, like \"openrouter\"", &checking) else { return nil }
            if ServiceName(text) != nil { return text }
            checking.report(
                "\(quoted(text)) is no name of a probe (a lower-case letter, then at most 47 of a-z, 0-9, _ and -)",
                at: node.place)
            return nil
        }, show: quoted)

    /// A name that a name server knows.
    fileprivate static let hostName = ValueType(
        "host name", hint: "a host name, like \"openrouter.ai\"",
        read: { node, checking in
            guard let text = node.string(hint: "a host name, like \"openrouter.ai\"", &checking) else { return nil }
            let labels = text.split(separator: ".", omittingEmptySubsequences: false)
            let isFine = labels.allSatisfy { (1...63).contains($0.utf8.count) } && text.utf8.count <= 253
            return node.parsed(&checking) { () throws(ValueError) in
                guard isFine else {
                    throw ValueError(message: "\(quoted(text)) is no host name (write one like \"openrouter.ai\")")
                }
                return try Endpoint.checkedHost(text, of: text)
            }
        }, show: quoted)
}

extension ValueType<Endpoint> {
    /// The literal address of a name server, with its port or without.
    fileprivate static let nameServer = ValueType(
        "address", hint: "an address, like \"192.0.2.53:53\"",
        read: { node, checking in
            guard let text = node.string(hint: "an address, like \"192.0.2.53:53\"", &checking) else { return nil }
            return node.parsed(&checking) { () throws(ValueError) in
                let (host, port) = try Endpoint.split(text)
                let isLiteral =
                    host.utf8.allSatisfy { byte in
                        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: ".")
                    } || host.contains(":")
                guard isLiteral, !host.isEmpty else {
                    throw ValueError(
                        message: "\(quoted(text)) is no literal address (write one like \"192.0.2.53:53\")")
                }
                guard let port else { return Endpoint(host: host, port: 53) }
                return Endpoint(host: host, port: try Endpoint.checkedPort(port, of: text))
            }
        }, show: { quoted($0.text) })
}
