// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// How long one call of hostctl takes, with one service and with many, beside supervisorctl where it is installed. The
/// calls of all take turns, so that what else the host does hits all alike.
func runHostctlBench(_ arguments: [String]) -> Int {
    guard let calls = option("--calls", in: arguments).map({ Int($0) }) ?? 50, (1...100_000).contains(calls),
        let services = option("--services", in: arguments).map({ Int($0) }) ?? 1000, (2...10_000).contains(services)
    else {
        say("hostd-bench: --calls wants a number above 0, --services one above 1")
        return 2
    }
    do {
        var hosts: [ControlSubject] = []
        for count in [1, services] {
            hosts.append(try .hostd(services: count))
            if let supervisord = try ControlSubject.supervisord(programs: count) { hosts.append(supervisord) }
        }
        if !hosts.contains(where: { $0.title.hasPrefix("supervisorctl") }) { say("supervisorctl: not installed") }
        var series = hosts.flatMap { host in host.calls.map { CallSeries(host: host, call: $0) } }
        for _ in 0..<calls {
            for index in series.indices { try series[index].callOnce() }
        }
        var table = TextTable(["\(calls) calls each", "p50 ms", "p99 ms", "CPU ms"])
        for one in series { table.add(one.row) }
        table.show()
        return 0
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
}

/// One command line, called again and again.
private struct CallSeries {
    let host: ControlSubject
    let call: ControlSubject.Call
    private var wallMilliseconds: [Double] = []
    private var cpuMilliseconds: [Double] = []

    init(host: ControlSubject, call: ControlSubject.Call) {
        self.host = host
        self.call = call
    }

    mutating func callOnce() throws {
        let nowhere = try Descriptor(opening: "/dev/null", O_WRONLY)
        let start = Clock.now
        let process = try BenchProcess(call.program, call.arguments, output: nowhere.raw)
        let (status, usage) = try process.finish()
        wallMilliseconds.append((Clock.now - start).seconds * 1000)
        cpuMilliseconds.append(usage.seconds * 1000)
        guard call.accepts.contains(status >> 8) else {
            throw BenchError("\(host.title) \(call.title) ended with \(status >> 8)")
        }
    }

    var row: [String] {
        let sorted = wallMilliseconds.sorted()
        let late = sorted.isEmpty ? .nan : sorted[min(sorted.count * 99 / 100, sorted.count - 1)]
        return ["\(host.title) \(call.title)"]
            + [median(wallMilliseconds), late, median(cpuMilliseconds)].map { decimal($0, 1) }
    }
}
