// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// What jobs cost: submissions a second beside others that wait for the same disk, memory and lists with very many in
/// the queue, launches, and finding all again after a kill of hostd.
func runJobsBench(_ arguments: [String]) -> Int {
    guard let queued = option("--queued", in: arguments).map({ Int($0) }) ?? 10_000, (10...90_000).contains(queued),
        let running = option("--running", in: arguments).map({ Int($0) }) ?? 1000, (1...9_000).contains(running),
        let launches = option("--launches", in: arguments).map({ Int($0) }) ?? 100, (1...running).contains(launches)
    else {
        say("hostd-bench: --queued wants 10 to 90000, --running 1 to 9000, --launches 1 to --running")
        return 2
    }
    ProcessLimits.raiseOpenFiles()
    do {
        let parent = option("--folder", in: arguments)
        try measureQueue(queued, under: parent)
        try measureRuns(running, launches: launches, under: parent)
        return 0
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
}

private func measureQueue(_ count: Int, under parent: String?) throws {
    let peers = try BenchFolder(under: parent)
    let few = max(count / 10, 1)
    let appends = try DiskPeers.appends(few, in: peers.path)
    let inserts = try DiskPeers.inserts(few, in: peers.path)
    let host = try JobsHost(places: 1, under: parent)
    let empty = ProcessReading(of: host.process.pid)?.pssKB ?? 0
    // It has the only place.
    _ = try host.submit(JobsHost.quiet)
    let race = try SubmitRace(host, count: count)
    var table = TextTable(["on the disk", "a second"])
    table.add("submissions, one by one", decimal(race.single, 0))
    table.add("submissions, \(race.connections) at a time", decimal(race.grouped, 0))
    table.add("a line and fdatasync, one by one", decimal(appends, 0))
    table.add("sqlite3, an INSERT each, synchronous=FULL", inserts.map { decimal($0, 0) } ?? "not installed")
    table.show()
    let full = ProcessReading(of: host.process.pid)?.pssKB ?? 0
    let megabytes = { (kilobytes: Int) in decimal(Double(kilobytes) / 1000, 1) }
    say("\nhostd: \(megabytes(empty)) MB PSS without jobs, \(megabytes(full)) MB with \(count) queued")
    try measureLists(host, count: count)
}

private func measureLists(_ host: JobsHost, count: Int) throws {
    let null = try Descriptor(opening: "/dev/null", O_WRONLY)
    var (asked, called): ([Double], [Double]) = ([], [])
    for _ in 0..<20 {
        var began = Clock.now
        let answer = try host.ask("GET", "/v1/jobs")
        asked.append((Clock.now - began).seconds * 1000)
        let seen = Bytes.count(of: "\"state\":", in: answer)
        guard seen == min(count + 1, 10_000) else { throw BenchError("\(seen) of \(count) jobs are listed") }
        began = Clock.now
        let program = try BenchProcess(
            BenchPrograms.built("hostctl"), ["job", "list", "--dir", host.path], output: null.raw)
        guard try program.finish().status == 0 else { throw BenchError("hostctl job list failed") }
        called.append((Clock.now - began).seconds * 1000)
    }
    var table = TextTable(["list of all", "p50 ms", "worst ms"])
    for (title, times) in [("GET /v1/jobs", asked), ("hostctl job list", called)] {
        table.add(title, decimal(median(times), 1), decimal(times.max() ?? .nan, 1))
    }
    table.show()
}

private func measureRuns(_ count: Int, launches: Int, under parent: String?) throws {
    let jobs = try RunningJobs(count, under: parent)
    let times = try jobs.launch(launches).map { $0.seconds * 1000 }.sorted()
    try jobs.fill(to: count)
    let recoveries = try (0..<3).map { _ in try jobs.recover() }
    say("")
    var table = TextTable(["jobs that run", "p50 ms", "worst ms"])
    table.add("from the answer to the first instruction", decimal(median(times), 2), decimal(times.last ?? .nan, 2))
    for (title, seconds) in [
        ("kill -9 of hostd to a list of \(count)", recoveries.map(\.answers.seconds)),
        ("kill -9 of hostd to all \(count) with their processes", recoveries.map(\.all.seconds)),
    ] {
        table.add(title, decimal(median(seconds) * 1000, 0), decimal((seconds.max() ?? .nan) * 1000, 0))
    }
    table.show()
}
