// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// A program that reads lines from its stdin.
struct PipeSink: LogSink {
    let name: String
    let isSlow: Bool
    let stampBytes: Int
    /// A shell command; FOLDER stands for the folder, stdin is the pipe.
    let command: String

    /// Those of the known ones that are installed, and the names of the others.
    static func installed() -> (sinks: [PipeSink], missing: [String]) {
        let known: [(program: String, sink: PipeSink)] = [
            ("cat", PipeSink(name: "cat > file", isSlow: false, stampBytes: 0, command: "exec cat > FOLDER/current")),
            (
                "s6-log",
                PipeSink(
                    name: "s6-log T", isSlow: true, stampBytes: 31,
                    command: "exec s6-log T n1000 s16777216 FOLDER")
            ),
            (
                "svlogd",
                PipeSink(
                    name: "svlogd -tt", isSlow: true, stampBytes: 26,
                    command: "printf 's16777216\\nn1000\\n' > FOLDER/config; exec svlogd -tt FOLDER")
            ),
            (
                "multilog",
                PipeSink(
                    name: "multilog t", isSlow: true, stampBytes: 26,
                    command: "exec multilog t n1000 s16777215 FOLDER")
            ),
        ]
        let isThere = known.map { BenchPrograms.installed($0.program) != nil }
        return (
            zip(known, isThere).filter(\.1).map(\.0.sink), zip(known, isThere).filter { !$0.1 }.map(\.0.program)
        )
    }

    func isLogFile(_ name: String) -> Bool { name == "current" || name.hasPrefix("@") }

    func capture(megabytes: Int, into folder: String) throws(SystemError) -> CaptureResult {
        let pipe = try BenchPipe()
        var text = command
        while let range = text.firstRange(of: "FOLDER") { text.replaceSubrange(range, with: folder) }
        let sink = try BenchProcess("/bin/sh", ["-c", "exec <&3 3<&-; " + text], keeping: [pipe.reading.raw])
        let began = Clock.now
        let writer = try BenchProcess(
            BenchPrograms.own, ["logs-generator", "--megabytes", String(megabytes)], output: pipe.writing.raw)
        _ = consume pipe
        let written = try writer.finish()
        let taken = try sink.finish()
        return CaptureResult(
            seconds: (Clock.now - began).seconds, sinkSeconds: taken.usage.seconds,
            writerSeconds: written.usage.seconds)
    }
}
