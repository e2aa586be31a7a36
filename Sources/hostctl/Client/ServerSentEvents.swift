// SPDX-License-Identifier: Apache-2.0

/// Takes a stream of server-sent events apart, piece by piece, as the HTML standard says it.
struct ServerSentEvents {
    /// One event: its data lines joined, and the id that was last said.
    struct Event {
        var id: String?
        var data: [UInt8]
    }

    /// A line may be so long.
    private static let limitBytes = 16 << 20

    private var line: [UInt8] = []
    private var data: [[UInt8]] = []
    private var id: String?
    private var followsCarriageReturn = false

    /// The events that `part` completes; nil when a line does not end.
    mutating func take(_ part: some Sequence<UInt8>) -> [Event]? {
        var events: [Event] = []
        for byte in part {
            switch byte {
            case UInt8(ascii: "\n") where followsCarriageReturn: followsCarriageReturn = false
            case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
                followsCarriageReturn = byte == UInt8(ascii: "\r")
                if let event = endLine() { events.append(event) }
            default:
                followsCarriageReturn = false
                line.append(byte)
                guard line.count <= Self.limitBytes else { return nil }
            }
        }
        return events
    }

    private mutating func endLine() -> Event? {
        defer { line = [] }
        guard !line.isEmpty else {
            defer { data = [] }
            return data.isEmpty ? nil : Event(id: id, data: Array(data.joined(separator: [UInt8(ascii: "\n")])))
        }
        // One that begins with a colon says nothing: it keeps the connection alive.
        let colon = line.firstIndex(of: UInt8(ascii: ":")) ?? line.count
        guard colon > 0 else { return nil }
        var value = line.dropFirst(colon + 1)
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        switch String(decoding: line[..<colon], as: UTF8.self) {
        case "data": data.append(Array(value))
        case "id": id = String(decoding: value, as: UTF8.self)
        default: break
        }
        return nil
    }
}
