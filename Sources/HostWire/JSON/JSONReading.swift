// SPDX-License-Identifier: Apache-2.0

internal import CJansson

/// Text that is not the JSON it should be.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong, and where.
    public let description: String

    /// An error that says `description`.
    public init(_ description: String) {
        self.description = description
    }
}

/// What a reader of JSON accepts.
public struct JSONLimits: Sendable {
    /// Longer texts are refused unread.
    public var bytes: Int
    /// So many arrays and objects may stand within each other.
    public var depth: Int

    /// What hostd and hostctl accept from each other: 8 MiB, 64 levels.
    public static let wire = JSONLimits(bytes: 8 << 20, depth: 64)

    /// Limits of the given size.
    public init(bytes: Int, depth: Int) {
        self.bytes = bytes
        self.depth = depth
    }
}

extension JSON {
    /// Reads one JSON text (RFC 8259, in UTF-8). A key that stands twice in an object is an error.
    public init(parsing bytes: [UInt8], limits: JSONLimits = .wire) throws(JSONError) {
        guard bytes.count <= limits.bytes else {
            throw JSONError("this JSON has \(bytes.count) bytes (at most \(limits.bytes))")
        }
        if let value = JSONQuickReader.value(of: bytes, depth: limits.depth) {
            self = value
        } else {
            try self.init(slowly: bytes, limits: limits)
        }
    }

    /// Reads it by way of jansson, which says what is wrong with it.
    init(slowly bytes: [UInt8], limits: JSONLimits) throws(JSONError) {
        var error = json_error_t()
        let flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL
        let root = bytes.withUnsafeBytes { buffer in
            json_loadb(buffer.baseAddress?.assumingMemoryBound(to: CChar.self), buffer.count, Int(flags), &error)
        }
        guard let root else {
            let why = bytes.isEmpty ? "nothing there" : String(cString: cjansson_error_text(&error))
            throw JSONError("no JSON at line \(max(1, error.line)), column \(max(1, error.column)): \(why)")
        }
        defer { json_decref(root) }
        self = try Self.value(of: root, depthLeft: limits.depth, limits)
    }

    private static func value(
        of node: UnsafeMutablePointer<json_t>, depthLeft: Int, _ limits: JSONLimits
    ) throws(JSONError) -> JSON {
        switch node.pointee.type {
        case JSON_TRUE: return .bool(true)
        case JSON_FALSE: return .bool(false)
        case JSON_INTEGER: return .integer(Int64(json_integer_value(node)))
        case JSON_REAL: return .number(json_real_value(node))
        case JSON_STRING: return .string(text(json_string_value(node), json_string_length(node)))
        case JSON_ARRAY, JSON_OBJECT:
            guard depthLeft > 0 else {
                throw JSONError("this JSON has more than \(limits.depth) levels of arrays and objects")
            }
            return node.pointee.type == JSON_ARRAY
                ? .array(try elements(of: node, depthLeft: depthLeft - 1, limits))
                : .object(try members(of: node, depthLeft: depthLeft - 1, limits))
        default: return .null
        }
    }

    private static func elements(
        of node: UnsafeMutablePointer<json_t>, depthLeft: Int, _ limits: JSONLimits
    ) throws(JSONError) -> [JSON] {
        var elements: [JSON] = []
        let count = json_array_size(node)
        elements.reserveCapacity(count)
        for index in 0..<count {
            guard let element = json_array_get(node, index) else { continue }
            elements.append(try value(of: element, depthLeft: depthLeft, limits))
        }
        return elements
    }

    private static func members(
        of node: UnsafeMutablePointer<json_t>, depthLeft: Int, _ limits: JSONLimits
    ) throws(JSONError) -> [Member] {
        var members: [Member] = []
        members.reserveCapacity(json_object_size(node))
        var place = json_object_iter(node)
        while let current = place {
            if let member = json_object_iter_value(current) {
                let key = text(json_object_iter_key(current), json_object_iter_key_len(current))
                members.append(Member(key: key, value: try value(of: member, depthLeft: depthLeft, limits)))
            }
            place = json_object_iter_next(node, current)
        }
        return members
    }

    private static func text(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
        String(decoding: UnsafeRawBufferPointer(start: bytes, count: count), as: UTF8.self)
    }
}
