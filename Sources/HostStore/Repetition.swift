// SPDX-License-Identifier: Apache-2.0

/// When an entry repeats another: the same service, kind and reason, again and again. A crash loop does not flood
/// history: from the fourth time on within the window, the newest entry is replaced by one that counts.
nonisolated enum Repetition {
    /// Entries further apart stand for themselves.
    static let windowMilliseconds: Int64 = 10 * 60 * 1000
    /// So many stand for themselves: one restart, or three, is told whole.
    static let kept = 3

    /// A hash (FNV-1a) of what makes two entries the same. Of a service's reason, and of a refusal's, the numbers do
    /// not count, since they are durations, pids and times mostly; but the code in "exit 1" does.
    static func sameness(of event: StoredEvent) -> Int64 {
        var hash = Hash()
        hash.add((event.service ?? "").utf8)
        hash.add([0])
        hash.add(event.kind.utf8)
        hash.add([0])
        let isExact = event.service == nil && event.kind != "host.refused"
        hash.add(isExact ? Array(event.reason.utf8) : withoutNumbers(Array(event.reason.utf8)))
        return Int64(bitPattern: hash.value)
    }

    private struct Hash {
        var value: UInt64 = 0xcbf2_9ce4_8422_2325

        mutating func add(_ bytes: some Sequence<UInt8>) {
            for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
        }
    }

    /// The text with a mark for each number and its unit: "1.8 s" and "187 ms" are both a while.
    private static func withoutNumbers(_ text: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var index = 0
        while index < text.count {
            guard isDigit(text[index]) else {
                result.append(text[index])
                index += 1
                continue
            }
            let start = index
            while index < text.count, isDigit(text[index]) || isPoint(text, index) { index += 1 }
            if result.suffix(exit.count).elementsEqual(exit) {
                result += text[start..<index]
            } else {
                result.append(UInt8(ascii: "#"))
                index += unitLength(text[index...])
            }
        }
        return result
    }

    private static let exit = Array("exit ".utf8)
    private static let units = ["s", "ms", "µs", "min", "h"].map { Array(" \($0)".utf8) }

    private static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    private static func isPoint(_ text: [UInt8], _ index: Int) -> Bool {
        text[index] == UInt8(ascii: ".") && index + 1 < text.count && isDigit(text[index + 1])
    }

    private static func unitLength(_ rest: ArraySlice<UInt8>) -> Int {
        let unit = units.first { unit in
            guard rest.starts(with: unit) else { return false }
            guard let next = rest.dropFirst(unit.count).first else { return true }
            return !(UInt8(ascii: "a")...UInt8(ascii: "z")).contains(next | 0x20)
        }
        return unit?.count ?? 0
    }
}

/// The entries of one transaction, as they stand at its end.
nonisolated struct WrittenEvents {
    private(set) var events: [StoredEvent] = []

    /// Writes an entry, with a number of its own in any case: whoever follows by number sees each repetition.
    mutating func insert(_ event: StoredEvent, _ database: Database) throws(StoreError) {
        var stored = event
        let sameness = Repetition.sameness(of: event)
        if let old = try Self.row(like: event, sameness, database) {
            try database.run("DELETE FROM events WHERE id = ?1", [.integer(old.id)])
            stored.count = old.count + 1
            stored.firstMilliseconds = old.firstMilliseconds
            if let place = events.lastIndex(where: { $0.id == old.id }) { events.remove(at: place) }
        }
        try database.run(
            "INSERT INTO events(wall_ms, service, kind, instance, reason, first_ms, count, sameness) "
                + "VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
            [
                .integer(stored.wallMilliseconds), .optional(stored.service), .text(stored.kind),
                .optional(stored.instance), .text(stored.reason), .integer(stored.firstMilliseconds),
                .integer(stored.count), .integer(sameness),
            ])
        stored.id = database.lastInsertedID
        events.append(stored)
    }

    private typealias Old = (id: Int64, count: Int64, firstMilliseconds: Int64)

    /// The entry that this one repeats, if it has been repeated often enough.
    private static func row(
        like event: StoredEvent, _ sameness: Int64, _ database: Database
    ) throws(StoreError) -> Old? {
        var found: [Old] = []
        try database.run(
            "SELECT id, count, first_ms FROM events WHERE sameness = ?1 AND wall_ms >= ?2 ORDER BY id DESC LIMIT ?3",
            [
                .integer(sameness), .integer(event.wallMilliseconds - Repetition.windowMilliseconds),
                .integer(Int64(Repetition.kept)),
            ]
        ) { row in
            found.append((row.integer(0), row.integer(1), row.integer(2)))
        }
        guard let newest = found.first, newest.count > 1 || found.count == Repetition.kept else { return nil }
        return newest
    }
}
