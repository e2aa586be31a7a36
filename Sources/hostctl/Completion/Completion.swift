// SPDX-License-Identifier: Apache-2.0

internal import Glibc
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
    /// Of more jobs nobody picks one from a list, and of more generations neither.
    private static let listLimit = 100

    /// Words that are neither verb nor option nor the value of one.
    private var words: [String] = []
    private var options: [CommandOption: [String]] = [:]
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
            options[option, default: []].append(argument)
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
            if parts.count > 1 { options[known, default: []].append(String(parts[1])) } else { open = known }
        }
    }

    /// The verb or the action that the words begin with.
    private var verb: Verb? { VerbTable.meant(by: words) }

    /// The words behind those.
    private var given: ArraySlice<String> { words.dropFirst(verb.map { $0.name.split(separator: " ").count } ?? 0) }

    private func candidates() -> [Candidate] {
        if let open { return values(of: open, current, prefix: "") }
        if !isOver, current.hasPrefix("-") { return optionCandidates() }
        guard !words.isEmpty else {
            return fitting(VerbTable.all.map { Candidate(word: $0.name, meaning: $0.summary) })
        }
        guard let verb else { return [] }
        if !verb.actions.isEmpty {
            return given.isEmpty ? fitting(verb.actions.map { Candidate(word: $0.action, meaning: $0.summary) }) : []
        }
        let operands = possibleOperands(of: verb)
        let given = given
        if operands.contains(.file) || operands.contains(.command) { return [Candidate(word: Self.files, meaning: "")] }
        return fitting(operands.flatMap(named)).filter { !given.contains($0.word) }
    }

    /// What the next word may name: where a verb takes as many as there are, the last ones may follow any of them.
    private func possibleOperands(of verb: Verb) -> [Operand.Kind] {
        let count = given.count
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
        case .jobState:
            JobPhase.allCases.map(\.rawValue).filter { $0.hasPrefix(begun) }
                .map { Candidate(word: prefix + $0, meaning: "") }
        case .tier, .candidate:
            tiers().filter { $0.word.hasPrefix(begun) }.map { Candidate(word: prefix + $0.word, meaning: $0.meaning) }
        case .generation:
            generations().filter { $0.word.hasPrefix(begun) }
                .map { Candidate(word: prefix + $0.word, meaning: $0.meaning) }
        case .dir, .socket, .config, .directory, .file: [Candidate(word: Self.files, meaning: "")]
        default: []
        }
    }

    private func named(_ kind: Operand.Kind) -> [Candidate] {
        switch kind {
        case .service: services()
        case .signal: SignalName.all.map { Candidate(word: $0, meaning: "") }
        case .topic where given.count == 1:
            VerbTable.meant(by: Array(given))?.actions.map { Candidate(word: $0.action, meaning: $0.summary) } ?? []
        case .topic:
            VerbTable.all.map { Candidate(word: $0.name, meaning: $0.summary) }
                + HelpTopic.all.map { Candidate(word: $0.name, meaning: $0.summary) }
        case .word(let word): [Candidate(word: word, meaning: "")]
        case .oneOf(let words): words.map { Candidate(word: $0, meaning: "") }
        // A candidate of the policy stands for itself; any other is somebody's own choice.
        case .model: []
        case .node: ["lts", "lts/", ".nvmrc"].map { Candidate(word: $0, meaning: "") }
        case .shell: CompletionScript.shells.map { Candidate(word: $0, meaning: "") }
        case .job(let phases): jobs(in: phases)
        case .tier: tiers()
        case .generation: generations()
        case .unit: units()
        case .file, .alert, .command: []
        }
    }

    /// The service units in the folders of the managers: of the user that the line names, else of the system and of
    /// whoever asks.
    private func units() -> [Candidate] {
        let named = options[.ofUser]?.last.map { Users.account($0) }
        let owner = named ?? Users.account(uid: getuid())
        let system = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map {
            ($0 + "/systemd/system", "a unit of the system")
        }
        let own = owner.map { [("\($0.home)/.config/systemd/user", "a unit of user \($0.name)")] } ?? []
        var seen: Set<String> = []
        return ((named == nil ? system : []) + own).flatMap { folder, meaning in
            ((try? Files.list(folder)) ?? []).filter { $0.hasSuffix(".service") && seen.insert($0).inserted }
                .map { Candidate(word: $0, meaning: meaning) }
        }
    }

    /// What hostd runs; nothing where none answers.
    private func services() -> [Candidate] {
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

    /// Its newest jobs, those in one of `phases` where some are named.
    private func jobs(in phases: Set<JobPhase>) -> [Candidate] {
        let states = phases.map(\.rawValue).sorted()
        let query = JobQuery(states: states, limit: Self.listLimit)
        let list = (try? client.get(.jobs(query), as: JobList.init(json:)))?.jobs ?? []
        return list.map { job in
            Candidate(word: "\(job.id)", meaning: job.kind.map { "\(job.state), \($0)" } ?? job.state)
        }
    }

    /// The tiers of the policy in force, each with its model.
    private func tiers() -> [Candidate] {
        let tiers = (try? client.get(.models, as: ModelsStatus.init(json:)))?.tiers ?? []
        return tiers.map { Candidate(word: $0.name, meaning: $0.model) }
    }

    /// The newest generations, each with when it began and its name.
    private func generations() -> [Candidate] {
        let history = try? client.get(.policyHistory(limit: Self.listLimit), as: PolicyHistory.init(json:))
        let begun = Dictionary(
            (history?.rows ?? []).map { ($0.generation, $0) }
        ) { _, older in older }
        return begun.sorted { $0.key > $1.key }.map { number, row in
            Candidate(word: "\(number)", meaning: "\(TimeText.local(row.at)) \(row.name)")
        }
    }

    private var client: ControlClient {
        let request = Request(verb: VersionVerb.verb, words: [], options: options)
        return ControlClient(socket: Places.socket(request), patience: Self.patience)
    }

    private func fitting(_ candidates: [Candidate]) -> [Candidate] {
        candidates.filter { $0.word.hasPrefix(current) }
    }
}
