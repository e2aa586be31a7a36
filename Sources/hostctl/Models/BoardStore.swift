// SPDX-License-Identifier: Apache-2.0

internal import HostLinux
internal import HostWire

/// The rankings that were fetched: a file for each date, in the folder `board` of hostd's state.
struct BoardStore {
    /// So many are kept: more than two years of weeks.
    static let limit = 120
    private static let suffix = ".json"
    private static let sizeLimitBytes = 8 << 20

    let folder: String

    init(_ session: Session) {
        folder = Places.state(session.request) + "/board"
    }

    /// The dates, the oldest first.
    func dates() -> [BoardDay] {
        ((try? Files.list(folder)) ?? []).compactMap { name in
            name.hasSuffix(Self.suffix) && name.utf8.count == 15 ? BoardDay(String(name.dropLast(5))) : nil
        }.sorted()
    }

    func read(_ date: BoardDay) throws(Failure) -> BoardSnapshot {
        let path = path(date)
        do {
            let bytes = try Files.read(path, limit: Self.sizeLimitBytes)
            return try BoardSnapshot(
                json: JSON(parsing: bytes, limits: JSONLimits(bytes: Self.sizeLimitBytes, depth: 8)))
        } catch {
            throw Failure(.badFile, "cannot read \(path): \(error) (fetch it again, or remove it)")
        }
    }

    /// The newest; fails where there is none.
    func newest() throws(Failure) -> BoardSnapshot {
        guard let date = dates().last else {
            throw Failure(.failed, "no ranking was fetched yet (hostctl model board fetch)")
        }
        return try read(date)
    }

    /// The ranking of the week before `date`: of those that are at least five days older the one that is nearest to
    /// seven; nil where there is none.
    func before(_ date: String) throws(Failure) -> BoardSnapshot? {
        guard let day = BoardDay(date),
            let found = dates().filter({ day.number - $0.number >= 5 }).min(by: {
                distance($0, day) < distance($1, day)
            })
        else { return nil }
        return try read(found)
    }

    private func distance(_ older: BoardDay, _ day: BoardDay) -> Int64 { abs(day.number - older.number - 7) }

    /// Keeps a ranking; one of the same date is replaced. The oldest go.
    func keep(_ snapshot: BoardSnapshot) throws(Failure) {
        guard let day = BoardDay(snapshot.date) else { return }
        do throws(SystemError) {
            try Files.makeFolder(folder, mode: 0o755)
            try Files.replace(path(day), with: snapshot.json.bytes + [0x0A], mode: 0o644, sync: true)
        } catch {
            let isRefused = [13, 1, 30].contains(error.code)
            throw Failure(
                isRefused ? .notPermitted : .failed,
                "the ranking cannot be kept: \(error)\(isRefused ? " (as root, or give --dir)" : "")")
        }
        for old in dates().dropLast(Self.limit) { try? Files.remove(path(old)) }
    }

    private func path(_ day: BoardDay) -> String { "\(folder)/\(day.text)\(Self.suffix)" }
}
