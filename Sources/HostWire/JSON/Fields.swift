// SPDX-License-Identifier: Apache-2.0

/// The members of an object under a place that error messages can name. A member that is missing reads as null, so that
/// an older partner is understood wherever that is possible.
struct Fields {
    private let members: [JSON.Member]
    private let place: String

    /// The members of `json`, which stands at `place` (empty for the whole).
    init(_ json: JSON, at place: String) throws(JSONError) {
        guard case .object(let members) = json else {
            throw JSONError("\(place.isEmpty ? "the answer" : place) is \(json.typeName) (an object is needed)")
        }
        self.members = members
        self.place = place
    }

    /// The value of `key`, null when it is missing.
    func value(_ key: String) -> JSON {
        members.first { $0.key == key }?.value ?? .null
    }

    /// The place of the value of `key`.
    func place(of key: String) -> String { place.isEmpty ? key : "\(place).\(key)" }

    func optionalText(_ key: String) throws(JSONError) -> String? {
        switch value(key) {
        case .null: nil
        case .string(let text): text
        case let other: throw wrong(key, other, "a string")
        }
    }

    func text(_ key: String) throws(JSONError) -> String {
        guard let text = try optionalText(key) else { throw wrong(key, .null, "a string") }
        return text
    }

    func optionalInteger<Value: FixedWidthInteger>(
        _ key: String, as type: Value.Type = Value.self
    ) throws(JSONError) -> Value? {
        switch value(key) {
        case .null: return nil
        case .integer(let value):
            guard let fitting = Value(exactly: value) else {
                throw JSONError("\(place(of: key)) is \(value) (\(Value.min) to \(Value.max))")
            }
            return fitting
        case let other: throw wrong(key, other, "an integer")
        }
    }

    func integer<Value: FixedWidthInteger>(_ key: String, as type: Value.Type = Value.self) throws(JSONError) -> Value {
        guard let value = try optionalInteger(key, as: type) else { throw wrong(key, .null, "an integer") }
        return value
    }

    func optionalNumber(_ key: String) throws(JSONError) -> Double? {
        switch value(key) {
        case .null: nil
        case .integer(let value): Double(value)
        case .number(let value): value
        case let other: throw wrong(key, other, "a number")
        }
    }

    func optionalBool(_ key: String) throws(JSONError) -> Bool? {
        switch value(key) {
        case .null: nil
        case .bool(let value): value
        case let other: throw wrong(key, other, "true or false")
        }
    }

    func bool(_ key: String) throws(JSONError) -> Bool {
        guard let value = try optionalBool(key) else { throw wrong(key, .null, "true or false") }
        return value
    }

    func optionalTime(_ key: String) throws(JSONError) -> WallTime? {
        guard let text = try optionalText(key) else { return nil }
        guard let time = WallTime(text) else {
            throw JSONError("\(place(of: key)) is \"\(text)\" (a time like 2026-05-18T09:30:00.000Z is needed)")
        }
        return time
    }

    func time(_ key: String) throws(JSONError) -> WallTime {
        guard let time = try optionalTime(key) else { throw wrong(key, .null, "a time") }
        return time
    }

    /// The elements of an array, each read by `read`; none when it is missing.
    func list<Element>(
        _ key: String, _ read: (JSON, _ place: String) throws(JSONError) -> Element
    ) throws(JSONError) -> [Element] {
        switch value(key) {
        case .null: return []
        case .array(let elements):
            var list: [Element] = []
            list.reserveCapacity(elements.count)
            for (index, element) in elements.enumerated() {
                list.append(try read(element, "\(place(of: key))[\(index)]"))
            }
            return list
        case let other: throw wrong(key, other, "an array")
        }
    }

    /// The elements of an array of strings; none when it is missing.
    func texts(_ key: String) throws(JSONError) -> [String] {
        try list(key) { json, place throws(JSONError) in
            guard case .string(let text) = json else {
                throw JSONError("\(place) is \(json.typeName) (a string is needed)")
            }
            return text
        }
    }

    /// An object of strings; empty when it is missing.
    func dictionary(_ key: String) throws(JSONError) -> [String: String] {
        switch value(key) {
        case .null: return [:]
        case .object(let members):
            var found: [String: String] = [:]
            for member in members {
                guard case .string(let text) = member.value else {
                    throw JSONError("\(place(of: key)).\(member.key) is \(member.value.typeName) (a string is needed)")
                }
                found[member.key] = text
            }
            return found
        case let other: throw wrong(key, other, "an object")
        }
    }

    /// Fails where there is a member that is none of `known`: who asks for something that is not done has to know.
    func allow(only known: [String]) throws(JSONError) {
        guard let other = members.first(where: { !known.contains($0.key) }) else { return }
        let hint =
            Nearest.to(other.key, among: known).map { "did you mean \"\($0)\"?" } ?? known.joined(separator: ", ")
        throw JSONError("\(place(of: other.key)) is unknown (\(hint))")
    }

    /// The value of `key` read by `read`; nil when it is null.
    func optional<Value>(
        _ key: String, _ read: (JSON, _ place: String) throws(JSONError) -> Value
    ) throws(JSONError) -> Value? {
        let value = value(key)
        if case .null = value { return nil }
        return try read(value, place(of: key))
    }

    private func wrong(_ key: String, _ found: JSON, _ needed: String) -> JSONError {
        JSONError("\(place(of: key)) is \(found.typeName) (\(needed) is needed)")
    }
}
