// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// The JSON of services as it was sent last: of a thousand services few have changed since.
///
/// An entry is used while what it was made from is the same in every field, so nothing that is shown can be out of
/// date; the uptime alone is put in anew each time.
struct StatusCache {
    private struct Entry {
        let status: ServiceStatus
        let head: [UInt8]
        let tail: [UInt8]
    }

    private static let uptime = Array("\"uptime_s\":".utf8)
    private static let null = Array("null".utf8)
    private static let noServices = Array("\"services\":[]".utf8)

    private var entries: [String: Entry] = [:]

    /// The JSON of `status` with `services` in the place of its own.
    mutating func json(of status: HostStatus, services: [ServiceStatus]) -> [UInt8] {
        if entries.count > services.count * 2 { entries = [:] }
        let whole = status.json.bytes
        // Unescaped quotes stand nowhere in a string; but the evidence of a condition, before it, may have such a key.
        guard let place = Self.lastPlace(of: Self.noServices, in: whole) else { return whole }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(whole.count + services.count * 512)
        bytes += whole[..<(place + Self.noServices.count - 1)]
        append(services, to: &bytes)
        bytes += whole[(place + Self.noServices.count - 1)...]
        return bytes
    }

    /// The elements of an array, without its brackets.
    mutating func append(_ services: [ServiceStatus], to bytes: inout [UInt8]) {
        for (index, service) in services.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            append(service, to: &bytes)
        }
    }

    private mutating func append(_ service: ServiceStatus, to bytes: inout [UInt8]) {
        var key = service
        key.uptimeSeconds = nil
        var entry = entries[service.name]
        if entry?.status != key {
            entry = Self.entry(key)
            entries[service.name] = entry
        }
        guard let entry else { return bytes += service.json.bytes }
        bytes += entry.head
        bytes += JSON(service.uptimeSeconds).bytes
        bytes += entry.tail
    }

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
