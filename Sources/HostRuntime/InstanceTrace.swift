// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop

/// What hostd still has to do with a launch: move its output, find its last line, remove its folder.
final class InstanceTrace {
    /// Its output streams: the name of the FIFO and the log it goes to.
    let streams: [(fifo: String, log: String)]
    /// The logger was told of its pipes.
    var isTold = false
    /// Streams whose bytes are not all in their files.
    var undrained: Set<String>
    /// Nothing of its tree is left.
    var isForgotten = false
    /// Somebody wants to know its last line.
    var wantsLastLine = false
    /// Looks for the last line when the log is not drained in time.
    var lastLineTimer: TimerSource?
    /// Somebody waits for all of its output.
    var onDrained: (() -> Void)?
    /// What it was launched with; nil where an earlier hostd launched it.
    var environment: [String]?
    /// The models that it has; nil where there was no policy.
    var models: LaunchModels?
    /// The newest answer of each probe, when it came, and how many bad ones in a row there were then.
    var answers: [ProbeKind: (answer: ProbeAnswer, at: Instant, failures: Int)] = [:]
    /// What it last said of itself.
    var said: String?
    /// A launch that no service knows: it is ended.
    var isStray = false

    /// The logs that a service writes.
    static func logs(of service: ServiceSpecification) -> [String] {
        let name = service.name.text
        return service.log.streams == .separate ? [name, name + "/stderr"] : [name]
    }

    /// A probe was answered.
    func note(_ kind: ProbeKind, _ answer: ProbeAnswer, at now: Instant) {
        let before = answers[kind]?.failures ?? 0
        let failures = answer.isVerdict ? (answer.ok ? 0 : before + 1) : before
        answers[kind] = (answer, now, failures)
    }

    init(_ instance: InstanceID, _ log: LogSpecification) {
        let name = instance.service.text
        switch log.streams {
        case .merged: streams = [("out", name)]
        case .separate: streams = [("out", name), ("err", name + "/stderr")]
        }
        undrained = Set(streams.map(\.fifo))
    }
}
