// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostWire
import TestKit

/// Asking the host through its control socket, and looking at its files.
extension HostUnderTest {
    /// A connection to the control socket, for one request.
    func connect() throws -> Descriptor { try Sockets.connect(to: dir + "/run/hostd.sock") }

    /// One request; its status and body.
    func request(_ method: String, _ target: String, body: JSON? = nil) throws -> (status: Int, body: [UInt8]) {
        try request(method, target, body: body, through: try connect())
    }

    /// The same through a connection that was made before.
    func request(
        _ method: String, _ target: String, body: JSON? = nil, through socket: consuming Descriptor
    ) throws -> (status: Int, body: [UInt8]) {
        try Self.request(method, target, body: body, through: socket)
    }

    /// The same for threads beside that of the test.
    static func request(
        _ method: String, _ target: String, body: JSON? = nil, through socket: consuming Descriptor
    ) throws -> (status: Int, body: [UInt8]) {
        let content = body?.bytes ?? []
        let length = body == nil ? "" : "Content-Length: \(content.count)\r\n"
        let head = "\(method) \(target) HTTP/1.1\r\nHost: hostd\r\n\(length)Connection: close\r\n\r\n"
        try Sockets.sendAll(socket, Array(head.utf8) + content)
        var answer: [UInt8] = []
        while true {
            var entry = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
            guard poll(&entry, 1, 120_000) > 0 else { throw TimedOut(event: "an answer to \(method) \(target)") }
            let part = try socket.read(upTo: 1 << 20)
            if part.isEmpty { break }
            answer += part
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard let end = text.range(of: "\r\n\r\n"), let code = Int(text.dropFirst(9).prefix(3)) else {
            throw TimedOut(event: "a whole answer to \(method) \(target), got \"\(text)\"")
        }
        return (code, Array(text[end.upperBound...].utf8))
    }

    func json(_ method: String, _ target: String) throws -> JSON {
        try JSON(parsing: try request(method, target).body)
    }

    func status() throws -> HostStatus { try HostStatus(json: try json("GET", "/v1/status")) }

    func status(_ name: String) throws -> ServiceStatus {
        try ServiceStatus(json: try json("GET", "/v1/services/\(name)"))
    }

    /// Waits until the service has one of these states and `condition` holds.
    @discardableResult
    func wait(
        _ name: String, for states: String..., seconds: Double = 30,
        where condition: (ServiceStatus) -> Bool = { _ in true }
    ) throws -> ServiceStatus {
        do {
            return try waitFor("\(name) to be \(states)", seconds: seconds) {
                guard let status = try? status(name), states.contains(status.state), condition(status) else {
                    return nil
                }
                return status
            }
        } catch {
            throw TimedOut(event: "\(name) to be \(states); it is \(String(describing: try? status(name)))\n\(said)")
        }
    }

    /// Waits until the service is ready and has a pid, which is returned.
    @discardableResult
    func waitReady(_ name: String, seconds: Double = 30, notPid: Int32? = nil) throws -> Int32 {
        let status = try wait(name, for: "ready", seconds: seconds) { $0.pid != nil && $0.pid != notPid }
        return status.pid ?? 0
    }

    func act(_ verb: String, _ name: String) throws -> ActionOutcome {
        try ActionOutcome(json: try json("POST", "/v1/services/\(name)/\(verb)"))
    }

    /// The history of a service, oldest first.
    func events(_ name: String? = nil) throws -> [EventRecord] {
        let filter = name.map { "&service=\($0)" } ?? ""
        return try EventPage(json: try json("GET", "/v1/events?limit=1000\(filter)")).events
    }

    /// All that a service has written, over all files of its log.
    func logged(_ name: String) throws -> String {
        String(decoding: try LogContent.read("\(dir)/log/\(name)"), as: UTF8.self)
    }

    /// The folders of instances that there are.
    func instanceFolders() -> [InstanceFolder] {
        (try? InstanceFolder.all(under: dir + "/run", jobs: dir + "/state/jobs")) ?? []
    }
}

extension String {
    fileprivate func range(of other: String) -> Range<String.Index>? { firstRange(of: other) }
}
