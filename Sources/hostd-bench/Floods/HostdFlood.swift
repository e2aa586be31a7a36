// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs

/// The real keepers and the one real logger.
final class HostdFlood: Flood {
    private let quiet: Descriptor
    private let folder: String
    private let lock: Descriptor
    private let logger: BenchProcess
    private let keepers: [BenchProcess]
    private let meter: FloodMeter

    init(_ flooders: Int, _ folder: String) throws(SystemError) {
        self.folder = folder
        let run = folder + "/run"
        let names = (1...flooders).map { "flood\($0)" }
        for name in names + ["quiet"] { try Files.makeFolder("\(run)/\(name).1") }
        let fifo = run + "/quiet.1/out"
        try check("mkfifo", fifo) { mkfifo(fifo, 0o600) }
        quiet = try Descriptor(opening: fifo, O_RDWR | O_NONBLOCK)
        lock = try BenchKeeper.lock(of: run + "/quiet.1")
        logger = try BenchProcess(BenchPrograms.built("hostd-logger"), ["--run", run, "--log", folder + "/log"])
        let settings = LogSpecification(
            maxSizeBytes: UInt64(FloodFiles.sizeBytes), keep: FloodFiles.kept, maxAge: .zero, totalBytes: .max,
            isCompressed: false)
        let hostd = try LoggerTalk(run: run)
        var wanted: [LoggerMessage] = []
        for name in ["quiet"] + names {
            let out = "\(run)/\(name).1/out"
            wanted += [
                .log(name: name, settings), .pipe(log: name, instance: "\(name).1", fifo: out, tail: out + ".tail"),
            ]
        }
        var started: [BenchProcess] = []
        for name in names {
            started.append(
                try BenchKeeper.start(
                    "\(name).1", in: "\(run)/\(name).1", pipeSizeBytes: 256 << 10, megabytes: FloodFiles.megabytes))
        }
        keepers = started
        var writers: [Int32] = []
        for name in names { writers.append(try Self.writer("\(run)/\(name).1")) }
        meter = FloodMeter(writers: writers)
        try hostd.want(wanted)
    }

    func write(_ line: [UInt8]) throws(SystemError) { try quiet.write(all: line) }

    func quietSize() throws(SystemError) -> Int64 {
        (try? Files.size(folder + "/log/quiet/current")) ?? 0
    }

    func stop() throws(SystemError) -> Double {
        let rate = meter.rate
        // A keeper that is told to end kills its tree and leaves what it could not write.
        for keeper in keepers { keeper.signal(SIGTERM) }
        for keeper in keepers { try keeper.finish() }
        logger.signal(SIGTERM)
        try logger.finish()
        return rate
    }

    /// The pid of the main process, which its keeper records.
    private static func writer(_ instance: String) throws(SystemError) -> Int32 {
        for _ in 0..<5000 {
            let record = FieldText(parsing: (try? Files.readText(instance + "/start")) ?? "")
            if let pid = record?.integer("pid", as: Int32.self) { return pid }
            usleep(1000)
        }
        throw SystemError(code: ETIMEDOUT, call: "start", subject: instance)
    }
}
