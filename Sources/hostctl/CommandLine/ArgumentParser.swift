// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Takes a command line apart by the table of verbs.
struct ArgumentParser {
    private var arguments: ArraySlice<String>
    private var words: [String] = []
    private var options: [CommandOption: [String]] = [:]
    /// How many words there were at `--`; nil while there was none.
    private var dashes: Int?

    /// The options of all verbs: an option may stand before its verb.
    static let known: [CommandOption] = {
        var known = CommandOption.everywhere
        for option in VerbTable.withActions.flatMap(\.options) where !known.contains(option) { known.append(option) }
        return known
    }()

    /// What the arguments (without the program's name) ask for.
    static func parse(_ arguments: [String]) throws(Failure) -> Request {
        var parser = ArgumentParser(arguments: arguments[...])
        try parser.takeAll()
        return try parser.request()
    }

    private init(arguments: ArraySlice<String>) {
        self.arguments = arguments
    }

    private mutating func takeAll() throws(Failure) {
        while let argument = arguments.popFirst() {
            if dashes != nil || argument == "-" || !argument.hasPrefix("-") {
                words.append(argument)
            } else if argument == "--" {
                dashes = words.count
            } else if argument == "--version", words.isEmpty {
                words.append(VersionVerb.verb.name)
            } else if argument.hasPrefix("--") {
                try takeLong(argument)
            } else {
                try takeShort(argument)
            }
        }
    }

    private mutating func takeLong(_ argument: String) throws(Failure) {
        let parts = argument.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        let name = parts.first.map(String.init) ?? ""
        guard let option = Self.known.first(where: { $0.name == name }) else { throw unknown("--" + name) }
        let attached = parts.count > 1 ? String(parts[1]) : nil
        if option.value == nil, let attached {
            throw .usage("--\(name) takes no value (\"\(attached)\" was given)")
        }
        if let attached {
            options[option, default: []].append(attached)
        } else {
            options[option, default: []].append(option.value == nil ? "" : try nextValue(of: option))
        }
    }

    /// `-f`, `-n5`, `-fn 5`.
    private mutating func takeShort(_ argument: String) throws(Failure) {
        var letters = argument.dropFirst()
        while let letter = letters.popFirst() {
            guard let option = Self.known.first(where: { $0.letter == letter }) else { throw unknown("-\(letter)") }
            guard option.value == nil else {
                options[option, default: []].append(letters.isEmpty ? try nextValue(of: option) : String(letters))
                return
            }
            options[option, default: []].append("")
        }
    }

    private mutating func nextValue(of option: CommandOption) throws(Failure) -> String {
        guard let value = arguments.popFirst() else {
            throw .usage("--\(option.name) needs a value: --\(option.name) \(option.value ?? "")")
        }
        return value
    }

    private func request() throws(Failure) -> Request {
        guard let name = words.first else {
            if options[.help] != nil { return Request(verb: HelpVerb.verb, words: [], options: options) }
            throw .usage("what to do is missing, like: hostctl status (hostctl help lists the verbs)")
        }
        var verb = try VerbTable.named(name)
        var rest = Array(words.dropFirst())
        if !verb.actions.isEmpty, options[.help] == nil || !rest.isEmpty {
            verb = try verb.action(named: rest.first)
            rest.removeFirst()
        }
        if options[.help] != nil {
            let subject = verb.name == HelpVerb.verb.name ? rest.first ?? name : verb.name
            return Request(verb: HelpVerb.verb, words: [subject], options: options)
        }
        for option in options.keys.sorted(by: { $0.name < $1.name })
        where !(CommandOption.everywhere + verb.options).contains(option) {
            throw .usage("--\(option.name) is no option of \(verb.name) (hostctl \(verb.name) --help lists them)")
        }
        let literalCount = min(dashes.map { words.count - $0 } ?? 0, rest.count)
        try verb.check(rest)
        return Request(verb: verb, words: rest, options: options, literalCount: literalCount)
    }

    private func unknown(_ option: String) -> Failure {
        let verb = VerbTable.meant(by: words)
        let candidates = verb.map { CommandOption.everywhere + $0.options } ?? Self.known
        let near = Nearest.to(String(option.drop { $0 == "-" }), among: candidates.map(\.name))
        let hint = near.map { "did you mean --\($0)?" } ?? "hostctl \(verb?.name ?? "help") --help lists them"
        return .usage("there is no option \(option) (\(hint))")
    }
}
