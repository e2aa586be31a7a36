// SPDX-License-Identifier: Apache-2.0

/// Reads a ranking: the JSON of a data API, or a saved page that has it in it.
public enum BoardReader {
    /// A longer text is refused unread.
    public static let limitBytes = 8 << 20
    /// The source that most rankings come from, as it wants to be cited.
    public static let openRouter = "OpenRouter (openrouter.ai/rankings)"

    private static let limits = JSONLimits(bytes: limitBytes, depth: 64)
    private static let weekDays: Int64 = 7

    /// The rankings that `bytes` hold, the newest week last; at most two, where they are of more than a week. `source`
    /// is cited unless the data says whose it is, and `today` is the day of a ranking that names none.
    ///
    /// Fails where nothing is found that looks like a ranking.
    public static func read(_ bytes: [UInt8], source: String, today: BoardDay) throws(JSONError) -> [BoardSnapshot] {
        guard bytes.count <= limitBytes else {
            throw JSONError("it has \(bytes.count) bytes (at most \(limitBytes))")
        }
        let start = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        var found = Found()
        if start == UInt8(ascii: "<") {
            for part in BoardPage.parts(of: bytes) { found.take(part) }
        } else {
            found.take(try JSON(parsing: bytes, limits: limits))
        }
        guard !found.rows.isEmpty else {
            throw JSONError(
                "no ranking is in it (rows with a model and its tokens are, like {\"data\": [{\"date\": "
                    + "\"2026-05-24\", \"model_permaslug\": \"deepseek/deepseek-v4-flash\", \"total_tokens\": "
                    + "\"12345678\"}]})")
        }
        guard found.rows.count <= BoardSnapshot.rowLimit else {
            throw JSONError("it has \(found.rows.count) rows (at most \(BoardSnapshot.rowLimit))")
        }
        return snapshots(found, found.isOpenRouters ? openRouter : source, today)
    }

    /// The best list of rows that was found, and what stands beside it.
    private struct Found {
        var rows: [BoardRow] = []
        var asOf = ""
        var isOpenRouters = false

        mutating func take(_ json: JSON) {
            switch json {
            case .array(let elements):
                let points = elements.flatMap(BoardRow.rows(ofPoint:))
                let these = points.isEmpty ? elements.compactMap(BoardRow.init) : points
                if these.count > rows.count {
                    rows = these
                    isOpenRouters = !points.isEmpty || elements.contains { $0["model_permaslug"] != nil }
                }
                for element in elements { take(element) }
            case .object(let members):
                if let text = json["meta"]?["as_of"]?.text, WallTime(text) != nil { asOf = text }
                for member in members { take(member.value) }
            default: break
            }
        }
    }

    private static func snapshots(_ found: Found, _ source: String, _ today: BoardDay) -> [BoardSnapshot] {
        let fallback = BoardDay(found.asOf) ?? today
        let days = Set(found.rows.compactMap(\.day)).sorted()
        guard let newest = days.last else { return [snapshot(found, found.rows, fallback, days: 0, source)] }
        let isWeekly = zip(days, days.dropFirst()).allSatisfy { $1.number - $0.number >= weekDays }
        let span = isWeekly ? 1 : weekDays
        return [newest.number - weekDays, newest.number].compactMap { end -> BoardSnapshot? in
            let part = days.filter { $0.number <= end && $0.number > end - span }
            guard !part.isEmpty else { return nil }
            let rows = found.rows.filter { row in row.day.map(part.contains) ?? false }
            let count = isWeekly ? (days.count > 1 ? Int(weekDays) : 0) : part.count
            return snapshot(found, rows, BoardDay(number: end), days: count, source)
        }
    }

    private static func snapshot(
        _ found: Found, _ rows: [BoardRow], _ date: BoardDay, days: Int, _ source: String
    ) -> BoardSnapshot {
        func sums(_ key: (BoardRow) -> String?) -> [String: Int64] {
            rows.reduce(into: [:]) { sums, row in
                guard let name = key(row) else { return }
                sums[name] = (sums[name] ?? 0).addingCut(row.tokens)
            }
        }
        let models = sums(\.model)
        return BoardSnapshot(
            date: date.text, days: days, source: source, asOf: found.asOf,
            rows: models.map { BoardSnapshot.Row(model: $0.key, tokens: $0.value) },
            other: rows.filter { $0.model == nil }.reduce(0) { $0.addingCut($1.tokens) }, providers: sums(\.provider),
            regions: sums(\.region))
    }
}
