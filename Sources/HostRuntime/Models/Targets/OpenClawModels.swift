// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// Where an openclaw.json names models, and what is to stand there.
nonisolated struct OpenClawModels {
    /// A place in the file.
    struct Place {
        enum Rule {
            /// The model of all agents that have none of their own: it is set in any case.
            case always
            /// It is set where there is one.
            case whereSet
            /// It is set where it names the model that all agents had before: a person who chose another meant it.
            case whereItWas
            /// The models that may be used at all: without an entry there, replies stop.
            case allowed
        }

        /// Names of members; `*` is any member or element.
        let path: [String]
        let rule: Rule

        init(_ path: String, _ rule: Rule) {
            self.path = path.split(separator: ".").map(String.init)
            self.rule = rule
        }
    }

    /// A value to be set.
    struct Change: Hashable {
        let path: [String]
        let value: JSON
    }

    /// All of them; newer versions have `entries` for `list`.
    static let places = [
        Place("agents.defaults.model", .always),
        Place("agents.defaults.subagents.model", .whereSet),
        Place("agents.list.*.model", .whereItWas),
        Place("agents.list.*.subagents.model", .whereItWas),
        Place("agents.entries.*.model", .whereItWas),
        Place("agents.entries.*.subagents.model", .whereItWas),
        Place("agents.defaults.models", .allowed),
    ]
    /// What stands here is in this file, or cannot be changed here.
    private static let own = [[], ["agents"], ["agents", "defaults"], ["agents", "defaults", "models"]]

    let primary: String
    let fallbacks: [String]

    /// What has to be set in `config` so that it has these models; nothing where it has.
    func changes(in config: JSON) -> [Change] {
        let before = Self.model(config.value(at: ["agents", "defaults", "model"]))
        return Self.places.flatMap { place -> [Change] in
            Self.expand(place.path, in: config).flatMap { path -> [Change] in
                let current = config.value(at: path)
                switch place.rule {
                case .always: return set(current, path, isDefault: true)
                case .whereSet: return current == nil ? [] : set(current, path, isDefault: false)
                case .whereItWas:
                    guard let before, Self.model(current) == before else { return [] }
                    return set(current, path, isDefault: false)
                case .allowed: return allow(current, path)
                }
            }
        }
    }

    /// What the changes come to in the notation of `openclaw config set`, one object for each list of models.
    static func batch(_ changes: [Change], in config: JSON) -> JSON {
        let lists = places.filter { if case .allowed = $0.rule { true } else { false } }.map(\.path)
        var items: [JSON] = []
        for list in lists {
            let added = changes.filter { $0.path.count == list.count + 1 && $0.path.starts(with: list) }
            guard !added.isEmpty, case .object(var members)? = config.value(at: list) else { continue }
            members += added.map { JSON.Member(key: $0.path.last ?? "", value: $0.value) }
            items.append(["path": .string(notation(list)), "value": .object(members)])
        }
        let others = changes.filter { change in !lists.contains { change.path.starts(with: $0) } }
        items = others.map { ["path": .string(notation($0.path)), "value": $0.value] } + items
        return .array(items)
    }

    /// What cannot be changed in this file since it stands in another; nil: nothing.
    static func included(in config: JSON) -> String? {
        own.first { config.value(at: $0 + ["$include"]) != nil }.map { $0.joined(separator: ".") }
    }

    private static func notation(_ path: [String]) -> String {
        path.reduce("") { text, name in
            if Int(name) != nil { return "\(text)[\(name)]" }
            let isPlain = name.utf8.allSatisfy {
                ($0 | 0x20 >= 0x61 && $0 | 0x20 <= 0x7A) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2D
            }
            guard isPlain else { return "\(text)[\(JSON.string(name).serialized)]" }
            return text.isEmpty ? name : "\(text).\(name)"
        }
    }

    /// A model is named by a string, or by an object with its fallbacks.
    private static func model(_ value: JSON?) -> String? { value?.text ?? value?["primary"]?.text }

    private static func expand(_ path: [String], in config: JSON) -> [[String]] {
        guard let star = path.firstIndex(of: "*") else { return [path] }
        let before = Array(path[..<star])
        let names: [String] =
            switch config.value(at: before) {
            case .object(let members)?: members.map(\.key)
            case .array(let elements)?: elements.indices.map(String.init)
            default: []
            }
        return names.map { before + [$0] + path[(star + 1)...] }
    }

    private func set(_ current: JSON?, _ path: [String], isDefault: Bool) -> [Change] {
        let list = JSON.array(fallbacks.map { .string($0) })
        switch current {
        case .object:
            var changes: [Change] = []
            if current?["primary"]?.text != primary {
                changes.append(Change(path: path + ["primary"], value: .string(primary)))
            }
            let known = current?["fallbacks"]
            let isWanted = known != nil || (isDefault && !fallbacks.isEmpty)
            if isWanted, known != list { changes.append(Change(path: path + ["fallbacks"], value: list)) }
            return changes
        case .string(let text) where !isDefault || fallbacks.isEmpty:
            return text == primary ? [] : [Change(path: path, value: .string(primary))]
        default:
            guard isDefault else { return [] }
            let value: JSON =
                fallbacks.isEmpty
                ? ["primary": .string(primary)] : ["primary": .string(primary), "fallbacks": list]
            return [Change(path: path, value: value)]
        }
    }

    /// An empty list allows all.
    private func allow(_ current: JSON?, _ path: [String]) -> [Change] {
        guard case .object(let members)? = current, !members.isEmpty else { return [] }
        let known = Set(members.map(\.key))
        return ([primary] + fallbacks).filter { id in
            let provider = id.prefix { $0 != "/" }
            return !known.contains(id) && !known.contains("\(provider)/*")
        }.map { Change(path: path + [$0], value: .object([])) }
    }
}

extension JSON {
    /// What stands at a path of members and elements; nil when there is nothing.
    nonisolated fileprivate func value(at path: [String]) -> JSON? {
        path.reduce(Optional(self)) { value, name in
            guard let elements = value?.elements else { return value?[name] }
            return Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        }
    }
}
