// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostWire

/// The JSON of services as it was sent last: of a thousand services few have changed since, and mostly none.
///
/// Nothing is made anew while `Shown` says that nothing has happened; else an entry is used while what it was made from
/// is the same in every field. So nothing that is shown can be out of date; the uptime alone is put in each time.
struct StatusCache {
    /// Counts everything that what is shown of services is made from.
    struct Shown: Equatable {
        /// Changes of the machine.
        var machine: UInt64
        /// Changes of the policy of the models.
        var policy: UInt64
        /// Keepers that were found or went.
        var keepers: UInt64
        /// Readings of what services use.
        var uses: UInt64
        /// Crashes that were kept.
        var crashes: UInt64
        /// How monotonic time becomes wall time.
        var clock: WallClock
    }

    /// A service, and since when it runs, where it does.
    typealias Service = (status: ServiceStatus, startedAt: Instant?)

    private struct Entry {
        let status: ServiceStatus
        let head: [UInt8]
        let tail: [UInt8]
    }

    private static let uptime = Array("\"uptime_s\":".utf8)
    private static let null = Array("null".utf8)
    private static let noServices = Array("\"services\":[]".utf8)

    private var shown: Shown?
    private var entries: [String: Entry] = [:]
    /// In the order in which they are sent.
    private var pieces: [(entry: Entry, startedAt: Instant?)] = []

    /// The JSON of `status` with the services in the place of its own.
    mutating func json(
        of status: HostStatus, _ shown: Shown, at now: Instant, services: () -> [Service]
    ) -> [UInt8] {
        let whole = status.json.bytes
        // Unescaped quotes stand nowhere in a string; but the evidence of a condition, before it, may have such a key.
        guard let place = Self.lastPlace(of: Self.noServices, in: whole) else { return whole }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(whole.count + max(pieces.count, 1) * 640)
        bytes += whole[..<(place + Self.noServices.count - 1)]
        append(shown, at: now, services: services, to: &bytes)
        bytes += whole[(place + Self.noServices.count - 1)...]
        return bytes
    }

    /// The elements of an array, without its brackets.
    mutating func append(_ shown: Shown, at now: Instant, services: () -> [Service], to bytes: inout [UInt8]) {
        if shown != self.shown { refresh(services()) }
        self.shown = shown
        for (index, piece) in pieces.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += piece.entry.head
            bytes += JSON(piece.startedAt.map { (now - $0).seconds }).bytes
            bytes += piece.entry.tail
        }
    }

    private mutating func refresh(_ services: [Service]) {
        if entries.count > services.count * 2 { entries = [:] }
        pieces.removeAll(keepingCapacity: true)
        for (status, startedAt) in services {
            if let known = entries[status.name], known.status == status {
                pieces.append((known, startedAt))
            } else if let entry = Self.entry(status) {
                entries[status.name] = entry
                pieces.append((entry, startedAt))
            }
        }
    }

    /// nil never: each service has an uptime, null while it does not run.
    private static func entry(_ status: ServiceStatus) -> Entry? {
        let bytes = status.json.bytes
        guard let place = place(of: uptime, in: bytes) else { return nil }
        let value = place + uptime.count
        return Entry(
            status: status, head: Array(bytes[..<value]), tail: Array(bytes[(value + null.count)...]))
    }

    private static func place(of part: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= part.count else { return nil }
        return (0...(bytes.count - part.count)).first { stands(part, at: $0, in: bytes) }
    }

    private static func lastPlace(of part: [UInt8], in bytes: [UInt8]) -> Int? {
        guard bytes.count >= part.count else { return nil }
        return (0...(bytes.count - part.count)).last { stands(part, at: $0, in: bytes) }
    }

    private static func stands(_ part: [UInt8], at start: Int, in bytes: [UInt8]) -> Bool {
        bytes[start] == part[0] && bytes[start..<(start + part.count)].elementsEqual(part)
    }
}
