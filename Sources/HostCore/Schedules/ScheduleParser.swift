// SPDX-License-Identifier: Apache-2.0

extension Schedule {
    /// Reads `Mon 09:00`, `Mon,Thu 18:00`, `Mon..Fri 9..17:0/30`, `*:15`, `*-*-1 09:00`, `*-*~1 18:00`, `daily 03:30`,
    /// `hourly`. A part that is left out is any; without a time of day it is midnight. Capitals do not matter.
    public init(parsing text: String) throws(ScheduleError) {
        var parser = ScheduleParser(text)
        try parser.read()
        self.init(
            text: text, weekdays: parser.weekdays, months: parser.months, days: parser.days,
            countsFromEnd: parser.countsFromEnd, years: parser.years, yearStep: parser.yearStep,
            minutesOfDay: parser.hours.numbers.flatMap { hour in parser.minutes.numbers.map { hour * 60 + $0 } })
    }
}

/// Reads the words of a schedule one after the other.
private struct ScheduleParser {
    private let text: String
    private var words: [Substring]
    var weekdays = NumberSet(0...6)
    var months = NumberSet(1...12)
    var days = NumberSet(1...31)
    var countsFromEnd = false
    var years: ClosedRange<Int>?
    var yearStep = 1
    var hours = NumberSet([0])
    var minutes = NumberSet([0])

    private static let example = "write one like \"Mon 09:00\", \"daily 03:30\" or \"*:15\""
    private static let weekdayNames = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
    private static let longNames = [
        "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
    ]
    /// What a word stands for; those of a day take a time of day behind them.
    private static let words: [String: [String]] = [
        "minutely": ["*:*"], "hourly": ["*:00"], "daily": [], "weekly": ["mon"], "weekdays": ["mon..fri"],
        "monthly": ["*-1"], "quarterly": ["1,4,7,10-1"], "semiannually": ["1,7-1"], "yearly": ["1-1"],
        "annually": ["1-1"],
    ]

    init(_ text: String) {
        self.text = text
        words = text.split(separator: " ")
    }

    mutating func read() throws(ScheduleError) {
        guard text.utf8.count <= 200 else { throw ScheduleError("is too long for a schedule (\(Self.example))") }
        guard let first = words.first else { throw ScheduleError("is empty (\(Self.example))") }
        if words.count == 5, words.allSatisfy({ $0.allSatisfy { "0123456789*,-/".contains($0) } }) {
            throw ScheduleError("\"\(text)\" is written as for cron (\(Self.example))")
        }
        if let meaning = Self.words[first.lowercased()] { words.replaceSubrange(0...0, with: meaning.map { $0[...] }) }
        if let word = words.first, let first = word.first, first.isLetter {
            weekdays = try readWeekdays(words.removeFirst())
        }
        if let word = words.first, !word.contains(":") {
            guard word.contains("-") || word.contains("~") else { throw wrong(word) }
            try readDate(words.removeFirst())
        }
        if let word = words.first {
            guard word.contains(":") else { throw wrong(word) }
            try readTime(words.removeFirst())
        }
        if let rest = words.first { throw wrong(rest) }
    }

    private func wrong(_ word: Substring) -> ScheduleError {
        if word.first?.isLetter ?? false, word.contains("/") || word.lowercased() == "utc" {
            return ScheduleError("\"\(word)\" has no place in a schedule (write timezone = \"\(word)\")")
        }
        if let day = Int(word), (1...31).contains(day) {
            return ScheduleError("\"\(word)\" is no part of a schedule (for a day of the month write \"*-*-\(day)\")")
        }
        return ScheduleError("\"\(word)\" is no part of a schedule (\(Self.example))")
    }

    private func readWeekdays(_ word: Substring) throws(ScheduleError) -> NumberSet {
        var set = NumberSet()
        for part in word.lowercased().split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.ends
            let first = try weekday(ends.first, of: word)
            guard let last = try ends.last.map({ (name) throws(ScheduleError) in try weekday(name, of: word) }) else {
                set.insert(first)
                continue
            }
            // Fri..Mon goes over the end of the week.
            var day = first
            while true {
                set.insert(day)
                if day == last { break }
                day = (day + 1) % 7
            }
        }
        return set
    }

    private func weekday(_ name: Substring, of word: Substring) throws(ScheduleError) -> Int {
        let name = String(name)
        if let day = Self.weekdayNames.firstIndex(of: name) ?? Self.longNames.firstIndex(of: name) { return day }
        if name.contains("-") {
            throw ScheduleError(
                "\"\(word)\" names no days (write \"\(name.split(separator: "-").joined(separator: ".."))\")")
        }
        if word.contains("/") { throw wrong(word) }
        throw ScheduleError("\"\(name)\" is no day of the week (Mon, Tue, Wed, Thu, Fri, Sat or Sun)")
    }

    /// `[YEAR-]MONTH-DAY`, or with `~` before the day, which then counts from the end of the month.
    private mutating func readDate(_ word: Substring) throws(ScheduleError) {
        countsFromEnd = word.contains("~")
        var parts = word.split(separator: "-", omittingEmptySubsequences: false)
        if countsFromEnd, let last = parts.popLast() {
            parts += last.split(separator: "~", omittingEmptySubsequences: false)
        }
        guard (2...3).contains(parts.count) else {
            throw ScheduleError("\"\(word)\" is no date (write one like \"*-*-1\", \"12-24\" or \"*-*~1\")")
        }
        if parts.count == 3 { try readYears(parts.removeFirst(), of: word) }
        months = try numbers(parts[0], 1...12, "month", of: word)
        days = try numbers(parts[1], 1...31, "day", of: word)
        let longest = months.numbers.map { CalendarDate.days(in: $0, of: 2000) }.max() ?? 31
        if !countsFromEnd, !days.numbers.contains(where: { $0 <= longest }) {
            throw ScheduleError("\"\(word)\" is a date that never comes")
        }
    }

    private mutating func readYears(_ part: Substring, of word: Substring) throws(ScheduleError) {
        guard part != "*" else { return }
        let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
        let ends = (pieces.first ?? "").ends
        guard pieces.count <= 2, let first = Int(ends.first), (1970...2199).contains(first),
            let step = pieces.count == 2 ? Int(pieces[1]) : 1, (1...100).contains(step)
        else {
            throw ScheduleError("\"\(part)\" is no year from 1970 to 2199")
        }
        let last = ends.last.map { Int($0) } ?? (pieces.count == 2 ? 2199 : first)
        guard let last, last >= first, last <= 2199 else {
            throw ScheduleError("\"\(part)\" is no range of years from 1970 to 2199")
        }
        years = first...last
        yearStep = step
    }

    private mutating func readTime(_ word: Substring) throws(ScheduleError) {
        var parts = word.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 3, parts[2].allSatisfy({ $0 == "0" }), !parts[2].isEmpty { parts.removeLast() }
        guard parts.count == 2 else {
            throw ScheduleError("\"\(word)\" is no time of day (write one like \"09:00\"; schedules go by minutes)")
        }
        hours = try numbers(parts[0], 0...23, "hour", of: word)
        minutes = try numbers(parts[1], 0...59, "minute", of: word)
    }

    /// `*`, `7`, `1,15`, `9..17`, `0/15`, `9..17/2`, or a list of these.
    private func numbers(
        _ list: Substring, _ range: ClosedRange<Int>, _ noun: String, of word: Substring
    ) throws(ScheduleError) -> NumberSet {
        var set = NumberSet()
        for part in list.split(separator: ",", omittingEmptySubsequences: false) {
            let pieces = part.split(separator: "/", omittingEmptySubsequences: false)
            let isAny = pieces.first == "*"
            let ends = (pieces.first ?? "").ends
            let step = pieces.count == 2 ? Self.number(pieces[1]) : 1
            let first = isAny ? range.lowerBound : Self.number(ends.first)
            let last =
                isAny || pieces.count == 2 && ends.last == nil ? range.upperBound : ends.last.map(Self.number) ?? first
            guard pieces.count <= 2, let step, let first, let last, step > 0 else {
                throw ScheduleError(
                    "\"\(part)\" in \"\(word)\" is no \(noun) (\(range.lowerBound) to \(range.upperBound))")
            }
            guard range.contains(first), range.contains(last), first <= last else {
                throw ScheduleError(
                    "\"\(part)\" in \"\(word)\" is out of range (\(noun): \(range.lowerBound) to \(range.upperBound))"
                )
            }
            for number in stride(from: first, through: last, by: step) { set.insert(number) }
        }
        return set
    }

    private static func number(_ digits: Substring) -> Int? {
        guard (1...4).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        return Int(digits)
    }
}

extension Substring {
    /// `9..17` in two; the second is nil where there is no `..`.
    fileprivate var ends: (first: Substring, last: Substring?) {
        guard let mark = firstRange(of: "..") else { return (self, nil) }
        return (self[..<mark.lowerBound], self[mark.upperBound...])
    }
}
