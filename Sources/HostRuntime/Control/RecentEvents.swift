// SPDX-License-Identifier: Apache-2.0

internal import HostStore
internal import HostWire

/// The entries that were written last, as text for followers: kept only while there are some.
struct RecentEvents {
    private static let limit = 1000

    private struct Entry {
        let id: Int64
        let service: String?
        let frame: [UInt8]
    }

    /// The newest number that is known to be written.
    private(set) var newest: Int64 = 0
    /// All entries after this number are here; nil before anything is known.
    private var base: Int64?
    private var entries: [Entry] = []

    /// History ends at `id` now.
    mutating func begin(at id: Int64) {
        if base == nil { base = id }
        newest = max(newest, id)
    }

    /// Adds entries that were written just now.
    mutating func add(_ events: [StoredEvent]) {
        guard let first = events.first, let last = events.last else { return }
        if base == nil { base = first.id - 1 }
        for event in events where event.id > newest {
            entries.append(Entry(id: event.id, service: event.service, frame: EventText.frame(event)))
        }
        newest = max(newest, last.id)
        let excess = entries.count - Self.limit
        guard excess > 0 else { return }
        base = entries[excess - 1].id
        entries.removeFirst(excess)
    }

    /// Whether everything after `id` is here.
    func reachesBack(to id: Int64) -> Bool {
        base.map { id >= $0 } ?? false
    }

    /// The text of the entries after `id`, of one service or family or of all, and the number up to which that looked.
    func piece(after id: Int64, service: String?, limitBytes: Int) -> (text: [UInt8], last: Int64) {
        var text: [UInt8] = []
        for entry in entries[firstIndex(after: id)...] {
            guard text.count < limitBytes else { return (text, entry.id - 1) }
            if service == nil || entry.service.map({ Self.belongs($0, to: service) }) ?? false { text += entry.frame }
        }
        return (text, max(newest, id))
    }

    private func firstIndex(after id: Int64) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].id > id { high = middle } else { low = middle + 1 }
        }
        return low
    }

    /// A family name stands for all its instances.
    private static func belongs(_ name: String, to filter: String?) -> Bool {
        guard let filter, name.hasPrefix(filter) else { return false }
        return name.utf8.count == filter.utf8.count || name.utf8.dropFirst(filter.utf8.count).first == UInt8(ascii: "@")
    }
}

/// Server-sent events as text.
enum EventText {
    /// An entry: its number as the id, its JSON as the data.
    static func frame(_ event: StoredEvent) -> [UInt8] {
        Array("id: \(event.id)\ndata: ".utf8) + event.record.json.bytes + Array("\n\n".utf8)
    }

    /// A word of the stream itself. It has no id: the client's cursor stays.
    static func note(_ event: String, _ data: JSON) -> String {
        "event: \(event)\ndata: \(data.serialized)\n\n"
    }
}
