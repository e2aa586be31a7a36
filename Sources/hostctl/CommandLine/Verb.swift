// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// One verb of hostctl: all that parsing, help and completion need to know, and what it does.
struct Verb: Sendable {
    /// A command to type, and what it does.
    struct Example: Sendable {
        let command: String
        let meaning: String

        init(_ command: String, _ meaning: String) {
            self.command = command
            self.meaning = meaning
        }
    }

    /// What its arguments are.
    enum Arguments: Sendable {
        case none
        /// Names of services: at least and at most so many.
        case services(ClosedRange<Int>)
        /// Paths of files.
        case files
        /// At most one verb.
        case verb
    }

    let name: String
    let arguments: Arguments
    /// What it does, in one line.
    let summary: String
    /// What there is to know besides, in paragraphs.
    var details: [String] = []
    /// Its own options.
    var options: [CommandOption] = []
    let examples: [Example]
    /// What its exit codes mean where help has more to say of them than of any.
    var exitCodes: [ExitCode: String] = [:]
    /// Whether it cannot do without hostd.
    var asksHostd = true
    /// How long hostd may be silent, unless --timeout says it.
    var patience: Duration = .seconds(10)
    let run: @Sendable (Session) throws(Failure) -> ExitCode

    /// `logs NAME… [options]`.
    var usage: String {
        let word =
            switch arguments {
            case .none: ""
            case .services(let count):
                (count.lowerBound == 0 ? " [NAME" : " NAME") + (count.upperBound > 1 ? "…" : "")
                    + (count.lowerBound == 0 ? "]" : "")
            case .files: " [FILE…]"
            case .verb: " [VERB]"
            }
        return name + word + " [options]"
    }

    /// Fails when there are too few or too many words.
    func check(_ words: [String]) throws(Failure) {
        let (allowed, what): (ClosedRange<Int>, String) =
            switch arguments {
            case .none: (0...0, "")
            case .services(let count): (count, "NAME")
            case .files: (0...Int.max, "FILE")
            case .verb: (0...1, "VERB")
            }
        if let extra = words.dropFirst(allowed.upperBound).first {
            let most = allowed.upperBound == 0 ? "no arguments" : "at most \(allowed.upperBound) \(what)"
            throw .usage("\"\(extra)\" is too much: \(name) takes \(most) (hostctl \(name) --help)")
        }
        if words.count < allowed.lowerBound {
            throw .usage(
                "\(name) needs a \(what), like: \(examples.first?.command ?? usage) (hostctl status lists the names)")
        }
        if words.contains("") { throw .usage("an empty \(what) is none (hostctl \(name) --help)") }
    }
}
