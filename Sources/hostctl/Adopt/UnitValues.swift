// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Values of unit files, and how hostd writes them.
enum UnitValues {
    private static let units: [(names: [String], milliseconds: Double)] = [
        (["us", "usec", "µs"], 0.001), (["ms", "msec"], 1), (["s", "sec", "second", "seconds", ""], 1000),
        (["m", "min", "minute", "minutes"], 60_000), (["h", "hr", "hour", "hours"], 3_600_000),
        (["d", "day", "days"], 86_400_000), (["w", "week", "weeks"], 604_800_000),
        (["M", "month", "months"], 2_629_800_000), (["y", "year", "years"], 31_557_600_000),
    ]

    /// Milliseconds of "1min 30s", "5" or "infinity", which is nil as the inner value; nil for what is no time.
    static func milliseconds(_ text: String) -> Int64?? {
        if text == "infinity" { return .some(nil) }
        var sum = 0.0
        var rest = text[...]
        rest = rest.drop { $0 == " " }
        guard !rest.isEmpty else { return nil }
        while !rest.isEmpty {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            guard let number = Double(digits) else { return nil }
            rest = rest[digits.endIndex...].drop { $0 == " " }
            let name = rest.prefix { $0.isLetter }
            guard let unit = units.first(where: { $0.names.contains(String(name)) }) else { return nil }
            sum += number * unit.milliseconds
            rest = rest[name.endIndex...].drop { $0 == " " }
        }
        return sum < 1e15 ? .some(Int64(sum.rounded(.up))) : nil
    }

    /// As hostd writes it: "330s", "250ms".
    static func time(_ milliseconds: Int64) -> String {
        milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }

    /// "4GiB" of "4G"; nil for "infinity", for a share, and for what is no size.
    static func size(_ text: String) -> String? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = UInt64(digits), number > 0 else { return nil }
        switch text[digits.endIndex...] {
        case "": return "\(number)B"
        case "K", "k": return "\(number)KiB"
        case "M": return "\(number)MiB"
        case "G": return "\(number)GiB"
        case "T" where number < 1 << 20: return "\(number << 10)GiB"
        default: return nil
        }
    }

    static func isYes(_ text: String?) -> Bool { ["yes", "true", "on", "1", "y", "t"].contains(text?.lowercased()) }

    /// Exit codes of "0 143 SIGTERM TEMPFAIL"; what is none of them is in `strange`. A signal counts as 128 and its
    /// number.
    static func exitCodes(_ values: [String], strange: inout [String]) -> [Int32] {
        var codes: Set<Int32> = []
        for word in values.flatMap({ $0.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init) }) {
            if let code = Int32(word), (0...255).contains(code) {
                codes.insert(code)
            } else if let code = names[word] {
                codes.insert(code)
            } else if let number = SignalName.number(word), number < 128 {
                codes.insert(128 + number)
            } else {
                strange.append(word)
            }
        }
        return codes.sorted()
    }

    /// sysexits.h and what systemd.exec(5) adds of it.
    private static let names: [String: Int32] = [
        "SUCCESS": 0, "FAILURE": 1, "INVALIDARGUMENT": 2, "NOTIMPLEMENTED": 3, "NOPERMISSION": 4, "NOTINSTALLED": 5,
        "NOTCONFIGURED": 6, "NOTRUNNING": 7, "USAGE": 64, "DATAERR": 65, "NOINPUT": 66, "NOUSER": 67, "NOHOST": 68,
        "UNAVAILABLE": 69, "SOFTWARE": 70, "OSERR": 71, "OSFILE": 72, "CANTCREAT": 73, "IOERR": 74, "TEMPFAIL": 75,
        "PROTOCOL": 76, "NOPERM": 77, "CONFIG": 78,
    ]
}
