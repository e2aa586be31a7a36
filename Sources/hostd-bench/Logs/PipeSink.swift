// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// A program that reads lines from its stdin.
struct PipeSink: LogSink {
    let name: String
    /// What has to be installed.
    let program: String
    let isSlow: Bool
    let stampBytes: Int
    /// A shell command; `$1` is the folder, stdin is the pipe.
    let command: String

    /// All that are compared with, rotating as hostd does where they can.
    static let known = [
        PipeSink(
            name: "cat > file", program: "cat", isSlow: false, stampBytes: 0, command: "exec cat > \"$1/current\""),
        PipeSink(
            name: "s6-log T", program: "s6-log", isSlow: true, stampBytes: 31,
            command: "exec s6-log T n1000 s16777216 \"$1\""),
        PipeSink(
            name: "svlogd -tt", program: "svlogd", isSlow: true, stampBytes: 26,
            command: "printf 's16777216\\nn1000\\n' > \"$1/config\"; exec svlogd -tt \"$1\""),
        PipeSink(
            name: "multilog t", program: "multilog", isSlow: true, stampBytes: 26,
            command: "exec multilog t n1000 s16777215 \"$1\""),
    ]

    func isLogFile(_ name: String) -> Bool { name == "current" || name.hasPrefix("@") }

    func capture(megabytes: Int, into folder: String) throws(SystemError) -> CaptureResult {
        let pipe = try BenchPipe()
        let sink = try BenchProcess(
            "/bin/sh", ["-c", "exec <&3 3<&-; " + command, "sh", folder], keeping: [pipe.reading.raw])
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
