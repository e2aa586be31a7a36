// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// What may stand at the end of a command line that is not finished, by the table of verbs and what hostd runs.
///
/// The scripts of the shells ask for it: `hostctl __complete logs --dir /srv gate` prints one candidate a line, with a
/// tab and a word of explanation behind it, or `:files` where a path is to stand.
struct Completion {
    /// The verb that only the scripts know.
    static let hiddenVerb = "__complete"
    /// What is printed where the shell is to complete paths.
    static let files = ":files"

    private struct Candidate {
        let word: String
        let meaning: String
    }

    private static let patience: Duration = .seconds(1)

    /// Words that are neither verb nor option nor the value of one.
    private var words: [String] = []
    private var options: [CommandOption: String] = [:]
    /// The option whose value is being written.
    private var open: CommandOption?
    private var isOver = false
    private let current: String

    /// The lines for these words, the last of which is being written.
    static func lines(_ arguments: [String]) -> [String] {
        Completion(arguments).candidates().map { candidate in
            candidate.meaning.isEmpty ? candidate.word : "\(candidate.word)\t\(CleanText.of(candidate.meaning))"
        }
    }

    private init(_ arguments: [String]) {
        current = arguments.last ?? ""
        for argument in arguments.dropLast() { take(argument) }
    }

    private mutating func take(_ argument: String) {
        if let option = open {
            options[option] = argument
            open = nil
        } else if isOver || argument == "-" || !argument.hasPrefix("-") {
            words.append(argument)
        } else if argument == "--" {
            isOver = true
        } else {
            let parts = argument.drop { $0 == "-" }.split(separator: "=", maxSplits: 1)
            let name = parts.first.map(String.init) ?? ""
            let isLong = argument.hasPrefix("--")
            let known = ArgumentParser.known.first { option in
                isLong ? option.name == name : name.last.map { $0 == option.letter } ?? false
            }
            guard let known, known.value != nil else { return }
            if parts.count > 1 { options[known] = String(parts[1]) } else { open = known }
        }
    }

    private var verb: Verb? { words.first.flatMap { name in VerbTable.all.first { $0.name == name } } }

    private func candidates() -> [Candidate] {
        if let open { return values(of: open, current, prefix: "") }
        if !isOver, current.hasPrefix("-") { return optionCandidates() }
        guard !words.isEmpty else {
            return fitting(VerbTable.all.map { Candidate(word: $0.name, meaning: $0.summary) })
        }
        guard let verb else { return [] }
        let operands = possibleOperands(of: verb)
        if operands.contains(.file) { return [Candidate(word: Self.files, meaning: "")] }
        let given = words.dropFirst()
        return fitting(operands.flatMap(named)).filter { !given.contains($0.word) }
    }

    /// What the next word may name: where a verb takes as many as there are, the last ones may follow any of them.
    private func possibleOperands(of verb: Verb) -> [Operand.Kind] {
        let count = words.count - 1
        guard let first = verb.operands.first else { return [] }
        let rest = verb.operands.dropFirst().map(\.kind)
        if count < first.counts.lowerBound { return [first.kind] }
        if count < first.counts.upperBound { return [first.kind] + rest }
        return rest
    }

    private func optionCandidates() -> [Candidate] {
        let options = (verb?.options ?? []) + CommandOption.everywhere
        let sides = current.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        if sides.count == 2, let option = options.first(where: { "--" + $0.name == sides[0] && $0.value != nil }) {
            return values(of: option, String(sides[1]), prefix: "--\(option.name)=")
        }
        let long = options.map { Candidate(word: "--" + $0.name, meaning: $0.meaning) }
        return fitting(long)
    }

    private func values(of option: CommandOption, _ begun: String, prefix: String) -> [Candidate] {
        switch option {
        case .forState:
            StateLook.allCases.map(\.rawValue).filter { $0.hasPrefix(begun) }
                .map { Candidate(word: prefix + $0, meaning: "") }
        case .dir, .socket, .config: [Candidate(word: Self.files, meaning: "")]
        default: []
        }
    }

    private func named(_ kind: Operand.Kind) -> [Candidate] {
        switch kind {
        case .service: services()
        case .signal: SignalName.all.map { Candidate(word: $0, meaning: "") }
        case .topic:
            VerbTable.all.map { Candidate(word: $0.name, meaning: $0.summary) }
                + HelpTopic.all.map { Candidate(word: $0.name, meaning: $0.summary) }
        case .word(let word): [Candidate(word: word, meaning: "")]
        case .oneOf(let words): words.map { Candidate(word: $0, meaning: "") }
        case .node: ["lts", "lts/", ".nvmrc"].map { Candidate(word: $0, meaning: "") }
        case .shell: CompletionScript.shells.map { Candidate(word: $0, meaning: "") }
        case .file, .alert: []
        }
    }

    /// What hostd runs; nothing where none answers.
    private func services() -> [Candidate] {
        let request = Request(verb: VersionVerb.verb, words: [], options: options)
        let client = ControlClient(socket: Places.socket(request), patience: Self.patience)
        guard let list = try? Selection.list(client), !list.isEmpty else { return [] }
        var candidates = list.map { Candidate(word: $0.name, meaning: $0.state) }
        let names = Set(list.map(\.name))
        for family in Set(list.map(\.family)).subtracting(names).sorted() {
            let count = list.count { $0.family == family }
            candidates.append(Candidate(word: family, meaning: "all \(count) instances"))
        }
        for tag in Set(list.flatMap(\.tags)).sorted() {
            candidates.append(
                Candidate(word: "tag:" + tag, meaning: "\(list.count { $0.tags.contains(tag) }) services"))
        }
        candidates.append(Candidate(word: "all", meaning: "every service"))
        return candidates
    }

    private func fitting(_ candidates: [Candidate]) -> [Candidate] {
        candidates.filter { $0.word.hasPrefix(current) }
    }
}
