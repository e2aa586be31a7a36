// SPDX-License-Identifier: Apache-2.0

import HostControl
import HostCore
import HostLoop
import HostWire
import TestKit

/// A control server at a socket of its own, and clients that block in threads of theirs.
@MainActor
final class ControlUnderTest {
    typealias Client<Value> = @Sendable (borrowing ControlClient) -> Value

    let loop: TestLoop
    let folder: TemporaryFolder
    /// What the handler got, in order.
    private(set) var requests: [ControlRequest] = []
    private(set) var server: ControlServer?

    var path: String { folder.path + "/hostd.sock" }

    /// A server whose `handler` answers 200 with the path unless it is given.
    init(
        limits: ControlLimits = ControlLimits(),
        handler: @escaping (ControlRequest, ControlResponder) -> Void = { request, responder in
            responder.finish(status: 200, json: ["path": .array(request.path.map { .string($0) })])
        }
    ) throws {
        loop = try TestLoop()
        folder = try TemporaryFolder()
        server = try ControlServer(loop: loop.events, socketPath: path, limits: limits) { [weak self] in
            self?.requests.append($0)
            handler($0, $1)
        }
    }

    /// Lets the server go.
    func close() { server = nil }

    /// Runs clients at the same time, each in a thread, until all are done; their results in order.
    func run<Value: Sendable>(_ clients: [Client<Value>]) throws -> [Value] {
        var results: [Int: Value] = [:]
        for (index, client) in clients.enumerated() {
            let path = self.path
            let worker = loop.keep(try Worker(loop: loop.events, lane: "client", limit: 1, threads: 1))
            worker.submit {
                client(ControlClient(path))
            } then: { (outcome: WorkOutcome<Value>) in
                if case .done(let value) = outcome { results[index] = value }
                if results.count == clients.count { self.loop.stop() }
            }
        }
        try loop.run(until: "\(clients.count) clients")
        return clients.indices.compactMap { results[$0] }
    }

    /// What one client gets.
    func run<Value: Sendable>(_ client: @escaping Client<Value>) throws -> Value {
        guard let value = try run([client]).first else { throw NeverCame(event: "the client") }
        return value
    }

    /// What a client that sends `text` reads until the server closes.
    func answer(to text: String) throws -> Answer {
        Answer(
            try run { client in
                client.send(text)
                return client.readAll()
            })
    }

    /// The answer to a request without body.
    func get(_ target: String) throws -> Answer {
        try answer(to: "GET \(target) HTTP/1.1\r\nHost: hostd\r\n\r\n")
    }

    /// Runs `action` on the loop after `milliseconds`.
    func after(milliseconds: Int, _ action: @escaping () -> Void) throws {
        loop.keep(try loop.events.timer(action)).arm(at: loop.events.now + .milliseconds(milliseconds))
    }

    /// Runs the loop until all connections are closed.
    func drain() throws {
        while let server, server.connectionCount > 0 {
            try after(milliseconds: 2) { self.loop.stop() }
            try loop.run()
        }
    }
}
