// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// `hostd-bench logs [--megabytes N] [--rounds N] [--folder DIR]`: lines of 100 bytes through hostd and its peers, in
/// turn.
func runLogsBench(_ arguments: [String]) -> Int {
    let megabytes = option("--megabytes", in: arguments).flatMap { Int($0) } ?? 1000
    let rounds = option("--rounds", in: arguments).flatMap { Int($0) } ?? 5
    let parent = option("--folder", in: arguments) ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    guard megabytes > 0, rounds > 0 else {
        say("hostd-bench: --megabytes and --rounds take a number above 0")
        return 2
    }
    let peers = PipeSink.known.filter { BenchPrograms.installed($0.program) != nil }
    for peer in PipeSink.known where BenchPrograms.installed(peer.program) == nil {
        say("\(peer.program) is not installed: left out")
    }
    let sinks: [any LogSink] = [HostdSink(), HostdSink(isInline: true)] + peers
    var results = [[CaptureResult]](repeating: [], count: sinks.count)
    do {
        for round in 0..<rounds {
            // Each round begins with another one, so that what the disk does meanwhile meets all of them.
            for place in sinks.indices {
                let index = (place + round) % sinks.count
                results[index].append(try measure(sinks[index], LogsReport.share(of: sinks[index], megabytes), parent))
            }
        }
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
    LogsReport(sinks: sinks, results: results, megabytes: megabytes).show()
    return 0
}

private func measure(_ sink: any LogSink, _ megabytes: Int, _ parent: String) throws -> CaptureResult {
    let place = try BenchFolder(under: parent)
    let folder = place.path + "/log"
    try Files.makeFolder(folder)
    let result = try sink.capture(megabytes: megabytes, into: folder)
    try sink.verify(megabytes: megabytes, in: folder + sink.subfolder)
    return result
}
