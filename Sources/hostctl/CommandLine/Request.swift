// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostWire

/// A command line, taken apart.
struct Request {
    let verb: Verb
    /// The words that are neither verb nor option.
    let words: [String]
    /// The options that were given, each with its values in their order; a switch has an empty one.
    let options: [CommandOption: [String]]
    /// So many of the words, the last ones, stand behind `--`.
    var literalCount = 0

    func has(_ option: CommandOption) -> Bool { options[option] != nil }

    /// The value of an option, the last one where it was given several times.
    func value(_ option: CommandOption) -> String? { options[option]?.last }

    /// All values of an option that may be given several times.
    func values(_ option: CommandOption) -> [String] { options[option] ?? [] }

    /// The value of an option as a time; nil when it was not given. 0 is no limit: the longest time there is.
    func time(_ option: CommandOption) throws(Failure) -> Duration? {
        guard let text = value(option) else { return nil }
        if text == "0" { return .seconds(Self.longestSeconds) }
        do throws(WrittenTime.Wrong) {
            return try WrittenTime.read(text, in: .milliseconds(1)...(.seconds(Self.longestSeconds)))
        } catch {
            throw .usage("--\(option.name): \(error)")
        }
    }

    /// The value of an option as a count, `Int.max` for "all"; nil when it was not given.
    func count(_ option: CommandOption) throws(Failure) -> Int? {
        guard let text = value(option) else { return nil }
        if text == "all" { return .max }
        guard let count = Int(text), (0...1_000_000_000).contains(count) else {
            throw .usage("--\(option.name): \"\(text)\" is no count (0 to 1000000000, or \"all\")")
        }
        return count
    }

    /// The value of an option as a point in time, seen from `now`; nil when it was not given.
    func point(_ option: CommandOption, now: WallTime) throws(Failure) -> WallTime? {
        guard let text = value(option) else { return nil }
        return try PointInTime.read(text, now: now)
    }

    private static let longestSeconds: Int64 = 366 * 86_400
}
