// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Words of a command line that are neither verb nor option: what they name, and how many there may be.
struct Operand: Sendable {
    /// What a word names.
    enum Kind: Hashable, Sendable {
        /// Services, as `Selector` reads it.
        case service
        case signal
        case file
        /// A verb, or a topic of help.
        case topic
        case shell
        /// A Node, as NodeSpecification reads it.
        case node
        /// The ID of a model.
        case model
        /// An alert, by name or number.
        case alert
        /// A job, as JobArguments reads it; of such a state where some are named.
        case job(Set<JobPhase>)
        /// A tier of the policy in force.
        case tier
        /// A policy that was accepted, by its number.
        case generation
        /// A program with its arguments, behind `--`.
        case command
        /// This very word.
        case word(String)
        /// One of these very words.
        case oneOf([String])
        /// A service unit of systemd, or its file.
        case unit
    }

    let kind: Kind
    let counts: ClosedRange<Int>

    /// So many services may be named on one command line.
    private static let most = 1000

    static let service = Operand(kind: .service, counts: 1...1)
    static let services = Operand(kind: .service, counts: 1...most)
    static let servicesOrNone = Operand(kind: .service, counts: 0...most)
    static let signal = Operand(kind: .signal, counts: 1...1)
    static let files = Operand(kind: .file, counts: 0...most)
    static let topic = Operand(kind: .topic, counts: 0...2)
    static func jobs(_ phases: Set<JobPhase> = []) -> Operand { Operand(kind: .job(phases), counts: 1...most) }
    static let jobsOrNone = Operand(kind: .job(JobPhase.final), counts: 0...most)
    static let command = Operand(kind: .command, counts: 0...most)
    static let serviceOrNone = Operand(kind: .service, counts: 0...1)
    static let modelOrNone = Operand(kind: .model, counts: 0...1)
    static let show = Operand(kind: .word("show"), counts: 1...1)
    static let listOrShow = Operand(kind: .oneOf(["list", "show"]), counts: 1...1)
    static let fileOrNone = Operand(kind: .file, counts: 0...1)
    static let tier = Operand(kind: .tier, counts: 1...1)
    static let tiersOrNone = Operand(kind: .tier, counts: 0...most)
    static let generationOrNone = Operand(kind: .generation, counts: 0...1)
    static let unit = Operand(kind: .unit, counts: 1...1)
    static let shell = Operand(kind: .shell, counts: 1...1)

    /// What it is called in help.
    var word: String {
        switch kind {
        case .service: "NAME"
        case .signal: "SIGNAL"
        case .file: "FILE"
        case .topic: "TOPIC"
        case .shell: "SHELL"
        case .word(let word): word
        case .oneOf(let words): words.joined(separator: "|")
        case .node: "NODE"
        case .model: "MODEL"
        case .alert: "ALERT"
        case .job: "ID"
        case .tier: "TIER"
        case .generation: "GENERATION"
        case .command: "COMMAND"
        case .unit: "UNIT"
        }
    }

    /// "a NAME", "an ID".
    var wordWithArticle: String { ("AEIO".contains(word.prefix(1)) ? "an " : "a ") + word }

    /// `NAME…`, `[FILE…]`.
    var usage: String {
        if kind == .command { return "[-- COMMAND [ARG…]]" }
        let text = word + (counts.upperBound > 1 ? "…" : "")
        return counts.lowerBound == 0 ? "[\(text)]" : text
    }

    /// Which verb lists what may stand here.
    var lister: String? {
        switch kind {
        case .service: "hostctl status lists the names"
        case .job: "hostctl job list lists them"
        case .tier: "hostctl model show lists them"
        case .unit: "systemctl list-units --type=service lists them"
        default: nil
        }
    }
}
