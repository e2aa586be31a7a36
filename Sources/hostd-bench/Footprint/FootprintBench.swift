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

/// Prints the footprint of one over `seconds`, and returns the sum; nil when not installed.
private func measure(_ subject: FootprintSubject, seconds: Int64) throws -> ProcessReading? {
    guard let span = try IdleSpan(of: subject, seconds: seconds) else {
        say("\n\(subject.title): not installed")
        return nil
    }
    return show(subject.title, span)
}

private func show(_ title: String, _ span: IdleSpan) -> ProcessReading {
    let seconds = span.seconds
    say("\n\(title): \(seconds) s idle, \(span.probes) probes")
    var table = TextTable(
        ["process", "number", "PSS kB", "dirty kB", "clean kB", "files", "threads", "wake-ups", "a minute"])
    var rows = span.readings
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
