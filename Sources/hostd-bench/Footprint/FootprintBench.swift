// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// What all processes of hostd take, idle, with 1, 10 and 100 services that are probed, beside supervisord and monit
/// where they are installed.
func runFootprintBench(_ arguments: [String]) -> Int {
    guard let seconds = option("--seconds", in: arguments).map({ Int64($0) }) ?? 60, seconds > 0 else {
        say("hostd-bench: --seconds wants a number above 0")
        return 2
    }
    let child = BenchPrograms.built("hostd-bench-child")
    let interval = 10
    let sizes = [1, 10, 100]
    do {
        var sums: [ProcessReading] = []
        _ = try measure(.hostd(services: 1, interval: nil, child: child), seconds: seconds)
        for size in sizes {
            let subject = FootprintSubject.hostd(services: size, interval: "\(interval)s", child: child)
            if let sum = try measure(subject, seconds: seconds) { sums.append(sum) }
        }
        showIncrements(sums, sizes)
        _ = try measure(.supervisord(child: child), seconds: seconds)
        _ = try measure(.monit(interval: interval), seconds: seconds)
        return 0
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
}

/// Time for the last things after a start: the spare keeper, memory given back.
private let settling: Duration = .seconds(5)
private let patience: Duration = .seconds(60)

/// Starts one, waits until it is idle, prints its footprint over `seconds`, and returns the sum; nil when not
/// installed.
private func measure(_ subject: FootprintSubject, seconds: Int64) throws -> ProcessReading? {
    guard let program = subject.program else {
        say("\n\(subject.title): not installed")
        return nil
    }
    let listener = try ProbeListener()
    let folder = try BenchFolder()
    let arguments = try subject.prepare(folder.path, listener.port)
    let supervisor = try SupervisorProcess(program, arguments, output: folder.path + "/output")
    defer { supervisor.stop(patience: patience) }
    // Looked at again and again, since the start of a process is no request.
    let end = Clock.now + patience
    while !subject.isUp(supervisor.pid, listener.requests) {
        guard Clock.now < end, !supervisor.ends(within: .zero) else {
            let words = (try? Files.readText(folder.path + "/output")) ?? ""
            throw BenchError("\(subject.title): was not up in \(patience.text)\n\(words.suffix(1000))")
        }
        listener.serve(until: Clock.now + .milliseconds(100))
    }
    listener.serve(until: Clock.now + settling)
    let group = subject.group(supervisor.pid)
    let (before, asked) = (group.read(), listener.count)
    listener.serve(until: Clock.now + .seconds(seconds))
    return show(subject.title, before, group.read(), seconds: seconds, probes: listener.count - asked)
}

private typealias Readings = [(name: String, reading: ProcessReading)]

private func show(
    _ title: String, _ before: Readings, _ after: Readings, seconds: Int64, probes: Int
) -> ProcessReading {
    say("\n\(title): \(seconds) s idle, \(probes) probes")
    var table = TextTable(
        ["process", "number", "PSS kB", "dirty kB", "clean kB", "files", "threads", "wake-ups", "a minute"])
    var rows = zip(before, after).map { first, last in
        var row = last
        row.reading.switches -= first.reading.switches
        return row
    }
    let sum = rows.map(\.reading).reduce(ProcessReading(), +)
    if rows.count > 1 { rows.append(("all", sum)) }
    for (name, reading) in rows {
        let perMinute = decimal(Double(reading.switches) * 60 / Double(seconds), 1)
        let counts = [
            reading.processes, reading.pssKB, reading.dirtyKB, reading.cleanKB, reading.files, reading.threads,
            reading.switches,
        ]
        table.add([name] + counts.map(String.init) + [perMinute])
    }
    table.show()
    return sum
}

private func showIncrements(_ sums: [ProcessReading], _ sizes: [Int]) {
    say("")
    var table = TextTable(["each further service", "PSS kB", "dirty kB", "clean kB", "files"])
    for index in sums.indices.dropFirst() {
        let (small, large) = (sums[index - 1], sums[index])
        let further = Double(sizes[index] - sizes[index - 1])
        let values = [\ProcessReading.pssKB, \.dirtyKB, \.cleanKB, \.files].map { path in
            decimal(Double(large[keyPath: path] - small[keyPath: path]) / further, 1)
        }
        table.add(["from \(sizes[index - 1]) to \(sizes[index])"] + values)
    }
    table.show()
}
