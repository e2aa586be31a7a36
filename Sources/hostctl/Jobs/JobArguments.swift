// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostWire

/// Reads the words that command lines of jobs have in common.
enum JobArguments {
    /// What help says of it wherever jobs are named.
    static let help = "An ID is the job's number, 42, or the name of its log, job-42."

    /// The jobs that `words` name, each once.
    static func ids(_ words: [String]) throws(Failure) -> [JobID] {
        var ids: [JobID] = []
        for word in words {
            let id = try id(word)
            if !ids.contains(id) { ids.append(id) }
        }
        return ids
    }

    /// The job that a word names.
    static func id(_ word: String) throws(Failure) -> JobID {
        if let id = JobID(text: word) { return id }
        throw .usage("\"\(CleanText.of(word))\" is no job (its number, like 42; hostctl job list shows them)")
    }

    /// The states that `--state` names, each once, among `possible`.
    static func phases(_ request: Request, among possible: [JobPhase]) throws(Failure) -> [JobPhase] {
        var phases: [JobPhase] = []
        for word in request.values(.jobState).flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            guard let phase = JobPhase(rawValue: String(word)), possible.contains(phase) else {
                let names = possible.map(\.rawValue)
                let hint = Nearest.to(String(word), among: names).map { "did you mean \($0)?" }
                throw .usage(
                    "--state: \"\(CleanText.of(String(word)))\" is none of these "
                        + "(\(hint ?? names.joined(separator: ", ")))")
            }
            if !phases.contains(phase) { phases.append(phase) }
        }
        return phases
    }

    /// The number of the user that `--user` names; nil without it.
    static func uid(_ request: Request) throws(Failure) -> UInt32? {
        guard let name = request.value(.user) else { return nil }
        if let uid = UInt32(name) { return uid }
        guard let account = Users.account(name) else {
            throw Failure(.noSuchName, "--user: there is no user \"\(CleanText.of(name))\" (getent passwd lists them)")
        }
        return account.uid
    }

    /// A whole number; nil where the option was not given.
    static func integer(_ option: CommandOption, _ request: Request) throws(Failure) -> Int? {
        guard let text = request.value(option) else { return nil }
        guard let number = Int(text) else {
            throw .usage("--\(option.name): \"\(CleanText.of(text))\" is no whole number")
        }
        return number
    }
}
