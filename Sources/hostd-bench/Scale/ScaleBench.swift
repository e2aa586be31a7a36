// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// Very many services: started, asked for, killed all at once; for hostd and for whichever other supervisor is
/// installed, one after the other.
func runScaleBench(_ arguments: [String]) -> Int {
    guard let services = option("--services", in: arguments).map({ Int($0) }) ?? 1000, services > 0,
        let rounds = option("--rounds", in: arguments).map({ Int($0) }) ?? 5, rounds > 0
    else {
        say("hostd-bench: --services and --rounds want numbers above 0")
        return 2
    }
    ProcessLimits.raiseOpenFiles()
    let only = option("--only", in: arguments)
    do {
        say("\(services) services, \(rounds) rounds of killing all of them at once")
        var runs: [ScaleRun] = []
        for subject in ScaleSubject.all(child: BenchPrograms.built("hostd-bench-child")) {
            guard only == nil || subject.name == only else { continue }
            guard let program = subject.program else {
                say("\(subject.name) is not installed: left out")
                continue
            }
            // In memory, as /run is where it counts.
            let folder = try BenchFolder(under: Files.exists("/dev/shm") ? "/dev/shm" : nil)
            runs.append(try run(subject, program, services: services, rounds: rounds, folder.path))
        }
        show(runs)
        return 0
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
}

private func run(
    _ subject: ScaleSubject, _ program: String, services: Int, rounds: Int, _ folder: String
) throws -> ScaleRun {
    let run = try ScaleRun(subject, program: program, services: services, in: folder)
    defer { run.stop() }
    if subject.name == "hostd" {
        try StatusTimes.waitReady(services, folder: folder)
        show(try StatusTimes(folder: folder, requests: 200, calls: 50))
    }
    for _ in 0..<rounds { try run.round() }
    say("\n\(subject.name):")
    var table = TextTable(["process", "number", "PSS kB", "dirty kB", "files"])
    let kinds = subject.group(run.pid).read()
    for (name, reading) in kinds + [("all", kinds.map(\.reading).reduce(ProcessReading(), +))] {
        let counts = [reading.processes, reading.pssKB, reading.dirtyKB, reading.files]
        table.add([name] + counts.map(String.init))
    }
    table.show()
    return run
}

private func show(_ times: StatusTimes) {
    var table = TextTable(["status of all", "asked", "p50 ms", "p99 ms", "max ms"])
    for (name, values) in [("GET /v1/status", times.socket), ("hostctl status", times.program)] {
        let sorted = values.sorted()
        let shares = [0.5, 0.99, 1].map { share in
            let rank = Int((share * Double(sorted.count)).rounded(.up))
            return decimal(sorted[max(0, rank - 1)].seconds * 1000, 2)
        }
        table.add([name, "\(sorted.count)"] + shares)
    }
    say("\nhostd answers \(times.bytes / 1000) kB")
    table.show()
}

/// Medians over the rounds, and how much longer the others take than the first.
private func show(_ runs: [ScaleRun]) {
    say("")
    var table = TextTable(["supervisor", "started s", "half back s", "99 % back s", "all back s", "worst s", "ratio"])
    let first = runs.first.map { median($0.returns.map(\.all.seconds)) } ?? .nan
    for run in runs {
        let all = run.returns.map(\.all.seconds)
        let values = [
            run.startTook.seconds, median(run.returns.map(\.half.seconds)), median(run.returns.map(\.most.seconds)),
            median(all), all.max() ?? .nan,
        ]
        table.add([run.subject.name] + values.map { decimal($0, 2) } + [decimal(median(all) / first, 2)])
    }
    table.show()
}
