// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// One s6-log for each log.
final class PeerFlood: Flood {
    private let own: BenchPipe
    private let folder: String
    private let processes: [BenchProcess]
    private let meter: FloodMeter
    /// s6-log writes the time in front of each line.
    private static let stampBytes = 31

    init(_ flooders: Int, _ folder: String) throws(SystemError) {
        self.folder = folder
        own = try BenchPipe()
        var started = [try Self.sink(folder + "/quiet", own.reading.raw)]
        var writers: [Int32] = []
        for number in 1...flooders {
            let pipe = try BenchPipe()
            started.append(try Self.sink("\(folder)/flood\(number)", pipe.reading.raw))
            let arguments = ["logs-generator", "--megabytes", FloodFiles.megabytes]
            let writer = try BenchProcess(BenchPrograms.own, arguments, output: pipe.writing.raw)
            writers.append(writer.pid)
            started.append(writer)
        }
        processes = started
        meter = FloodMeter(writers: writers)
    }

    func write(_ line: [UInt8]) throws(SystemError) { try own.writing.write(all: line) }

    func quietSize() throws(SystemError) -> Int64 {
        let size = (try? Files.size(folder + "/quiet/current")) ?? 0
        let line = Int64(LineGenerator.lineBytes + Self.stampBytes)
        return size / line * Int64(LineGenerator.lineBytes)
    }

    func stop() throws(SystemError) -> Double {
        let rate = meter.rate
        for process in processes { process.signal(SIGKILL) }
        for process in processes { try process.finish() }
        return rate
    }

    private static func sink(_ folder: String, _ input: Int32) throws(SystemError) -> BenchProcess {
        let command = "exec s6-log T n\(FloodFiles.kept) s\(FloodFiles.sizeBytes) \"$1\""
        return try BenchProcess("/bin/sh", ["-c", "exec <&3 3<&-; " + command, "sh", folder], keeping: [input])
    }
}
