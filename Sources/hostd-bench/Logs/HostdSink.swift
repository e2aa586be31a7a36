// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs

/// The real keeper and the real logger, as hostd runs them.
struct HostdSink: LogSink {
    /// Whether the lines with their times are waited for, in their own file.
    var isInline = false

    var name: String { isInline ? "hostd inline" : "hostd" }
    let isSlow = false
    var stampBytes: Int { isInline ? 25 : 0 }
    var subfolder: String { isInline ? "/inline" : "" }
    /// What hostd gives a pipe as root.
    private static let pipeSizeBytes = 1 << 20

    /// Files as the others keep them.
    private var settings: LogSpecification {
        LogSpecification(
            maxSizeBytes: 16 << 20, keep: 1000, maxAge: .zero, totalBytes: .max, isCompressed: false,
            timestamps: isInline ? .inline : .index)
    }

    func isLogFile(_ name: String) -> Bool { name == "current" || name.hasSuffix(".log") }

    func capture(megabytes: Int, into folder: String) throws(SystemError) -> CaptureResult {
        let slash = folder.lastIndex(of: "/") ?? folder.startIndex
        let run = folder + ".run"
        let log = String(folder[folder.index(after: slash)...])
        let instance = run + "/\(log).1"
        try Files.makeFolder(instance)
        let logger = try BenchProcess(
            BenchPrograms.built("hostd-logger"), ["--run", run, "--log", String(folder[..<slash])])
        let hostd = try LoggerTalk(run: run)
        try hostd.want([.log(name: log, settings)])
        let began = Clock.now
        let keeper = try BenchKeeper.start(
            "bench.1", in: instance, pipeSizeBytes: Self.pipeSizeBytes, megabytes: String(megabytes))
        try hostd.send([
            .pipe(log: log, instance: "\(log).1", fifo: instance + "/out", tail: instance + "/out.tail")
        ])
        try hostd.wait(for: .drained(instance: "\(log).1"))
        var seconds = (Clock.now - began).seconds
        let held = try keeper.finish()
        // It ends when the lines have their times.
        logger.signal(SIGTERM)
        let moved = try logger.finish()
        if isInline { seconds = (Clock.now - began).seconds }
        let writer = try writerSeconds(instance)
        // What wait4 says of the keeper includes its child.
        let keeping = max(held.usage.seconds - writer, 0)
        return CaptureResult(
            seconds: seconds, sinkSeconds: moved.usage.seconds + keeping, writerSeconds: writer)
    }

    /// The writer's processor time as its keeper recorded it.
    private func writerSeconds(_ instance: String) throws(SystemError) -> Double {
        let record = FieldText(parsing: try Files.readText(instance + "/exit"))
        let user: Int? = record?.integer("user_us")
        let system: Int? = record?.integer("system_us")
        return Double((user ?? 0) + (system ?? 0)) / 1e6
    }
}
