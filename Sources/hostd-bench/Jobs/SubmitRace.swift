// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// How many jobs a second are taken for good: each is answered when it is on the disk.
struct SubmitRace {
    /// Submissions a second, one after the other.
    let single: Double
    /// Submissions a second, so many as there are connections at a time.
    let grouped: Double
    /// So many connections.
    let connections: Int

    /// Submits `count` jobs to `host`, a tenth of them one by one.
    init(_ host: JobsHost, count: Int) throws {
        // Other users than root have fewer.
        connections = geteuid() == 0 ? 64 : 16
        let few = max(count / 10, 1)
        var began = Clock.now
        for _ in 0..<few { _ = try host.submit(JobsHost.quiet) }
        single = Double(few) / (Clock.now - began).seconds
        began = Clock.now
        try Self.submit(count - few, to: host.path, connections)
        grouped = Double(count - few) / (Clock.now - began).seconds
    }

    /// Where one has its answer, another is submitted at once.
    private static func submit(_ count: Int, to folder: String, _ connections: Int) throws {
        let epoll = try Epoll(capacity: connections)
        var calls: [JobCall] = []
        var (sent, answered) = (0, 0)
        func next() throws -> JobCall {
            let call = try JobCall(folder, "POST", "/v1/jobs", JobsHost.quiet)
            sent += 1
            return call
        }
        for index in 0..<min(connections, count) {
            calls.append(try next())
            try epoll.add(calls[index].raw, .readable, token: UInt64(index))
        }
        while answered < count {
            let ready = epoll.wait(milliseconds: 60_000)
            guard ready > 0 else { throw BenchError("hostd answered \(answered) of \(count) submissions") }
            for place in 0..<ready {
                let index = Int(epoll.event(place).token)
                _ = try calls[index].answer()
                answered += 1
                epoll.remove(calls[index].raw)
                guard sent < count else { continue }
                calls[index] = try next()
                try epoll.add(calls[index].raw, .readable, token: UInt64(index))
            }
        }
    }
}
