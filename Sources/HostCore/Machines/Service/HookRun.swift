// SPDX-License-Identifier: Apache-2.0

/// A command that runs before a start or after an end, as a launch of its own.
public enum Hook: Hashable, Sendable, CustomStringConvertible {
    /// Of `before_start`, counted from 0.
    case beforeStart(Int)
    /// Of `after_stop`, counted from 0.
    case afterStop(Int)

    /// As the configuration counts: `before_start[0]`.
    public var description: String {
        switch self {
        case .beforeStart(let index): "before_start[\(index)]"
        case .afterStop(let index): "after_stop[\(index)]"
        }
    }

    /// Reads `description`; nil for anything else.
    public init?(_ text: String) {
        guard let bracket = text.firstIndex(of: "["), text.last == "]",
            let index = Int(text[text.index(after: bracket)...].dropLast()), index >= 0
        else { return nil }
        switch text[..<bracket] {
        case "before_start": self = .beforeStart(index)
        case "after_stop": self = .afterStop(index)
        default: return nil
        }
    }

    /// The one after it.
    var next: Hook {
        switch self {
        case .beforeStart(let index): .beforeStart(index + 1)
        case .afterStop(let index): .afterStop(index + 1)
        }
    }
}

extension ServiceSpecification {
    /// The command of a hook; nil when the configuration has none at that place.
    public func command(of hook: Hook) -> [String]? {
        switch hook {
        case .beforeStart(let index): beforeStart.indices.contains(index) ? beforeStart[index] : nil
        case .afterStop(let index): afterStop.indices.contains(index) ? afterStop[index] : nil
        }
    }
}

extension ServiceState {
    /// A hook that runs, or what is left of one.
    public struct HookRun: Hashable, Sendable {
        /// How far it is.
        public enum Step: Hashable, Sendable {
            /// Nothing heard of its process yet.
            case launching(deadline: Instant)
            /// It has until then.
            case running(deadline: Instant)
            /// Its whole tree was told to end, for the `round`th time; again at `again`.
            case ending(round: Int, again: Instant)
            /// Its main process is gone, its keeper ends what it left behind.
            case clearing(ExitReport, round: Int, again: Instant)
            /// Its keeper is gone; what lives of the tree is searched for and killed.
            case sweeping(ExitReport, again: Instant)
        }

        /// The end of the main process that `after_stop` follows.
        public struct Ended: Hashable, Sendable {
            /// How it ended.
            public var report: ExitReport
            /// Its pid, while it lived; nil when that is not known any more.
            public var pid: Int32?
            /// Why it ended, where somebody wanted that.
            public var why: String?
        }

        /// The launch.
        public let instance: InstanceID
        /// Which one it is.
        public let hook: Hook
        /// How far it is.
        public var step: Step
        /// Before a start: `judge` goes on to the start. After an end: what comes when all have run.
        public var next: Ending.Next
        /// Why it is ended, where it did not end by itself.
        public var why: String?
        /// After an end: that end.
        public let ended: Ended?

        var deadline: Instant {
            switch step {
            case .launching(let deadline), .running(let deadline): deadline
            case .ending(_, let again), .clearing(_, _, let again), .sweeping(_, let again): again
            }
        }

        var phase: ServicePhase {
            if case .beforeStart = hook, next != .stop { .starting } else { .stopping }
        }
    }
}
