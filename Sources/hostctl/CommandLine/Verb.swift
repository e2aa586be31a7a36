// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// One verb of hostctl: all that parsing, help, completion and the manual need to know, and what it does.
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

    /// Of an action with its verb before it: `job submit`.
    let name: String
    /// What its first word may be, each like a verb of its own; it has no other words then.
    var actions: [Verb] = []
    /// Its words, in their order.
    var operands: [Operand] = []
    /// What it does, in one line.
    let summary: String
    /// What there is to know besides, in paragraphs.
    var details: [String] = []
    /// What it may look like, for its page in docs/hostctl.
    var sample: [String] = []
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
        if let last = operands.last, last.kind == .command { return "\(name) [options] \(last.usage)" }
        let words = actions.isEmpty ? operands.map(\.usage) : [actions.map(\.action).joined(separator: "|")]
        return ([name] + words + ["[options]"]).joined(separator: " ")
    }

    /// `submit` of `job submit`.
    var action: String { name.split(separator: " ").last.map(String.init) ?? name }

    /// The action of that name; fails with the one that may be meant.
    func action(named word: String?) throws(Failure) -> Verb {
        let names = actions.map(\.action)
        guard let word else {
            throw .usage(
                "\(name) needs one of \(names.joined(separator: ", ")), like: \(examples.first?.command ?? usage)")
        }
        if let action = actions.first(where: { $0.action == word }) { return action }
        let hint = Nearest.to(word, among: names).map { "did you mean \($0)?" } ?? names.joined(separator: ", ")
        throw .usage("\"\(CleanText.of(word))\" is nothing that \(name) does (\(hint))")
    }

    /// Fails when there are too few or too many words.
    func check(_ words: [String]) throws(Failure) {
        let least = operands.reduce(0) { $0 + $1.counts.lowerBound }
        let most = operands.reduce(0) { $0 + $1.counts.upperBound }
        if words.count > most {
            let allowed =
                operands.isEmpty ? "no arguments" : "at most " + operands.map(Self.count).joined(separator: ", ")
            throw .usage("\"\(words[most])\" is too much: \(name) takes \(allowed) (hostctl \(name) --help)")
        }
        if words.count < least {
            var missing = operands.filter { $0.counts.lowerBound > 0 }
            // The last words are there last.
            missing.removeFirst(min(words.count, missing.count))
            let what = missing.map(\.wordWithArticle).joined(separator: " and ")
            let lister = missing.lazy.compactMap(\.lister).first
            let names = lister.map { " (\($0))" } ?? ""
            throw .usage("\(name) needs \(what), like: \(examples.first?.command ?? usage)\(names)")
        }
        // A program may be given empty arguments.
        if let index = words.firstIndex(of: ""), operands.last?.kind != .command {
            throw .usage(
                "an empty \(operand(at: index, of: words.count)?.word ?? "word") is none (hostctl \(name) --help)")
        }
    }

    /// What the word at `index` names, where there are `count` of them: the first operand has all that the others do
    /// not need, as far as it can take them.
    func operand(at index: Int, of count: Int) -> Operand? {
        let others = operands.dropFirst().reduce(0) { $0 + $1.counts.lowerBound }
        let firsts = min(count - others, operands.first?.counts.upperBound ?? 0)
        if index < firsts || operands.count < 2 { return operands.first }
        var left = index - firsts
        for operand in operands.dropFirst() {
            if left < operand.counts.upperBound { return operand }
            left -= operand.counts.upperBound
        }
        return nil
    }

    private static func count(_ operand: Operand) -> String { "\(operand.counts.upperBound) \(operand.word)" }
}
