// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// What a supervisor takes while nothing happens but its own watches and probes.
struct IdleSpan {
    /// How long it was looked at.
    let seconds: Int64
    /// By kind of process: what it holds at the end, and what it did in that time.
    let readings: [(name: String, reading: ProcessReading)]
    /// Requests that came in meanwhile.
    let probes: Int

    /// Time for the last things after a start: the spare keeper, memory given back, the first write of histories.
    private static let settling: Duration = .seconds(15)
    private static let patience: Duration = .seconds(60)

    /// Starts one, waits until it is idle, and looks at it over `seconds`; nil when it is not installed.
    init?(of subject: FootprintSubject, seconds: Int64) throws {
        guard let program = subject.program else { return nil }
        let listener = try ProbeListener()
        let folder = try BenchFolder()
        let arguments = try subject.prepare(folder.path, listener.port)
        let supervisor = try SupervisorProcess(program, arguments, output: folder.path + "/output")
        defer { supervisor.stop(patience: Self.patience) }
        // Looked at again and again, since the start of a process is no request.
        let end = Clock.now + Self.patience
        while !subject.isUp(supervisor.pid, listener.requests) {
            guard Clock.now < end, !supervisor.ends(within: .zero) else {
                let words = (try? Files.readText(folder.path + "/output")) ?? ""
                throw BenchError("\(subject.title): was not up in \(Self.patience.text)\n\(words.suffix(1000))")
            }
            listener.serve(until: Clock.now + .milliseconds(100))
        }
        listener.serve(until: Clock.now + Self.settling)
        let group = subject.group(supervisor.pid)
        let (before, asked) = (group.read(), listener.count)
        listener.serve(until: Clock.now + .seconds(seconds))
        self.seconds = seconds
        probes = listener.count - asked
        readings = zip(before, group.read()).map { first, last in
            var row = last
            row.reading.switches -= first.reading.switches
            row.reading.cpuNanoseconds -= first.reading.cpuNanoseconds
            return row
        }
    }
}
