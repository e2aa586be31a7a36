// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// `hostd-bench floods [--flooders N] [--seconds N] [--folder DIR]`: how long a line of a quiet service takes to its
/// file while others write as fast as they can; for hostd and for a peer that has a process for each log.
func runFloodsBench(_ arguments: [String]) -> Int {
    let flooders = option("--flooders", in: arguments).flatMap { Int($0) } ?? 16
    let seconds = option("--seconds", in: arguments).flatMap { Int($0) } ?? 10
    let parent = option("--folder", in: arguments) ?? getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
    guard flooders > 0, seconds > 0 else {
        say("hostd-bench: --flooders and --seconds take a number above 0")
        return 2
    }
    var table = TextTable(["log of", "lines", "p50 ms", "p99 ms", "max ms", "flood MB/s"])
    do {
        for kind in FloodKind.allCases {
            guard kind.isInstalled else {
                say("\(kind.rawValue) is not installed: left out")
                continue
            }
            let place = try BenchFolder(under: parent)
            let flood = try kind.start(flooders: flooders, in: place.path)
            let delays = try delays(of: flood, for: .seconds(seconds))
            let rate = try flood.stop()
            let sorted = delays.sorted()
            let shown = [sorted.count / 2, sorted.count * 99 / 100, sorted.count - 1].map { decimal(sorted[$0], 1) }
            table.add([kind.rawValue, String(sorted.count)] + shown + [decimal(rate, 0)])
        }
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
    say("\(flooders) write lines of 100 bytes as fast as they can; one writes a line every 10 ms")
    table.show()
    return 0
}

/// How long each line took, in milliseconds. The reader looks each 0.1 ms.
private func delays(of flood: any Flood, for time: Duration) throws(SystemError) -> [Double] {
    let line = LineGenerator.line(0)
    var delays: [Double] = []
    var size = Int64(0)
    let end = Clock.now + time
    while Clock.now < end {
        let written = Clock.now
        try flood.write(line)
        size += Int64(line.count)
        while try flood.quietSize() < size {
            guard Clock.now - written < .seconds(30) else {
                throw SystemError(code: ETIMEDOUT, call: "capture", subject: "a quiet line")
            }
            usleep(100)
        }
        delays.append((Clock.now - written).seconds * 1000)
        usleep(10_000)
    }
    return delays
}
