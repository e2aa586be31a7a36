// SPDX-License-Identifier: Apache-2.0

/// One row of a ranking as it was found: a model, or what stands for all others, on one day.
struct BoardRow: Hashable {
    var day: BoardDay?
    /// Nil: all that have no row of their own.
    var model: String?
    var tokens: Int64
    var provider: String?
    var region: String?

    private static let modelKeys = ["model_permaslug", "model_id", "model", "id", "slug", "permaslug"]
    private static let tokenKeys = ["total_tokens", "tokens", "token_count"]
    private static let partKeys = [
        ["prompt_tokens", "total_prompt_tokens"], ["completion_tokens", "total_completion_tokens"],
    ]
    private static let dayKeys = ["date", "day", "week", "x"]
    private static let providerKeys = ["provider", "provider_name", "provider_slug"]
    private static let regionKeys = ["region", "country"]
    private static let nameLimitBytes = 128

    /// Reads an object; nil when it is no row.
    init?(_ json: JSON) {
        guard case .object = json, let name = Self.first(Self.modelKeys, of: json)?.text,
            let tokens = Self.tokens(of: json)
        else { return nil }
        self.init(name: name, tokens: tokens)
        day = Self.first(Self.dayKeys, of: json)?.text.flatMap { BoardDay($0) }
        provider = Self.first(Self.providerKeys, of: json)?.text.flatMap(Self.name)
        region = Self.first(Self.regionKeys, of: json)?.text.flatMap(Self.name)
        let variant = json["variant"]?.text ?? ""
        if let model, !model.contains(":"), !["", "standard"].contains(variant) {
            self.model = Self.id("\(model):\(variant)") ?? model
        }
    }

    /// A model of this name; nil when it is no name.
    private init?(name: String, tokens: Int64) {
        self.tokens = tokens
        if ["other", "others"].contains(name.lowercased()) { return }
        guard let id = Self.id(name) else { return nil }
        model = id
    }

    /// The rows of one point of a chart, `{"x": "2026-05-18", "ys": {"a/b": 12, "Others": 3}}`.
    static func rows(ofPoint json: JSON) -> [BoardRow] {
        guard let x = json["x"]?.text, let day = BoardDay(x), case .object(let members)? = json["ys"] else { return [] }
        return members.compactMap { member in
            guard let tokens = Self.count(member.value), var row = BoardRow(name: member.key, tokens: tokens),
                row.model?.contains("/") ?? true
            else { return nil }
            row.day = day
            return row
        }
    }

    private static func first(_ keys: [String], of json: JSON) -> JSON? {
        for key in keys {
            if let value = json[key], value != .null { return value }
        }
        return nil
    }

    private static func tokens(of json: JSON) -> Int64? {
        if let total = first(tokenKeys, of: json) { return count(total) }
        let parts = partKeys.map { first($0, of: json).flatMap(count) }
        guard let prompt = parts[0], let completion = parts[1] else { return nil }
        return prompt.addingCut(completion)
    }

    /// A count, which may be written as text so that no reader cuts it.
    private static func count(_ json: JSON) -> Int64? {
        switch json {
        case .integer(let value) where value >= 0: value
        case .number(let value) where value >= 0 && value < 9e18: Int64(value)
        case .string(let text): Int64(text).flatMap { $0 < 0 ? nil : $0 }
        default: nil
        }
    }

    /// An ID as a policy could name it; nil for anything else, which might be meant for a terminal.
    private static func id(_ text: String) -> String? {
        let isFine = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "/-_.:@+~".utf8.contains(byte)
            }
        }
        return isFine && (1...nameLimitBytes).contains(text.utf8.count) ? text : nil
    }

    /// What a provider or a region is called; nil for what is no name.
    private static func name(_ text: String) -> String? {
        let isFine = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7F..<0xA0).contains($0.value) }
        return isFine && (1...nameLimitBytes).contains(text.utf8.count) ? text : nil
    }
}
