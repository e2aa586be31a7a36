// SPDX-License-Identifier: Apache-2.0

import HostCore

/// The declaration of one key of a section: everything about it that checking, the reference and `config show` need.
struct Key<Target: Sendable>: Sendable {
    let name: String
    /// What people write for it by mistake, beyond misspellings.
    let otherNames: [String]
    /// Takes the node's value over into the target, or reports what is wrong with it.
    let store: @Sendable (TomlNode, inout Target, inout Checking) -> Void
    /// This key and those below it, with the values that a target has.
    let describe: @Sendable (_ path: String, _ target: Target) -> [KeyDescription]

    private init(
        _ name: String, otherNames: [String],
        store: @escaping @Sendable (TomlNode, inout Target, inout Checking) -> Void,
        describe: @escaping @Sendable (String, Target) -> [KeyDescription]
    ) {
        self.name = name
        self.otherNames = otherNames
        self.store = store
        self.describe = describe
    }
}

extension Key {
    /// The same key with another effect of a change.
    func changing(_ change: ChangeEffect) -> Key {
        Key(name, otherNames: otherNames, store: store) { prefix, target in
            describe(prefix, target).map { $0.with(change) }
        }
    }

    /// The same key with the variables of jobs left in its value as they are.
    var keepingJobVariables: Key {
        Key(
            name, otherNames: otherNames,
            store: { node, target, checking in
                checking.keepingJobVariables { store(node, &target, &$0) }
            }, describe: describe)
    }

    /// The same key of something that holds the target.
    func inside<Outer>(_ path: any WritableKeyPath<Outer, Target> & Sendable) -> Key<Outer> {
        Key<Outer>(name, otherNames: otherNames) { node, target, checking in
            store(node, &target[keyPath: path], &checking)
        } describe: { prefix, target in
            describe(prefix, target[keyPath: path])
        }
    }

    /// A key with a value that is always there.
    init<Value>(
        _ name: String, _ type: ValueType<Value>, _ path: any WritableKeyPath<Target, Value> & Sendable,
        also otherNames: [String] = [], change: ChangeEffect = .restart, _ summary: String
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            guard let value = type.read(node, &checking) else { return }
            target[keyPath: path] = value
        } describe: { prefix, target in
            [KeyDescription(prefix + name, type, target[keyPath: path], change, summary)]
        }
    }

    /// A key whose value may be missing.
    init<Value>(
        _ name: String, _ type: ValueType<Value>, _ path: any WritableKeyPath<Target, Value?> & Sendable,
        also otherNames: [String] = [], change: ChangeEffect = .restart, _ summary: String
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            guard let value = type.read(node, &checking) else { return }
            target[keyPath: path] = value
        } describe: { prefix, target in
            [KeyDescription(prefix + name, type, target[keyPath: path], change, summary)]
        }
    }

    /// A table of names that people choose; a later file adds names and replaces those that it names again. Its values
    /// may be secrets: they are compared, and never shown.
    init(
        _ name: String, _ type: ValueType<[String: String]>,
        merging path: any WritableKeyPath<Target, [String: String]> & Sendable, also otherNames: [String] = [],
        change: ChangeEffect = .restart, _ summary: String
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            guard let values = type.read(node, &checking) else { return }
            target[keyPath: path].merge(values) { _, later in later }
        } describe: { prefix, target in
            let values = target[keyPath: path]
            guard !values.isEmpty else {
                // Nothing to compare: without any of them there is no difference.
                return [
                    KeyDescription(
                        path: prefix + name, type: type.name, range: type.range, value: type.show([:]), identity: nil,
                        change: change, summary: summary)
                ]
            }
            return values.sorted { $0.key < $1.key }.map {
                KeyDescription(
                    path: "\(prefix)\(name).\(shownKey($0.key))", type: "string", range: nil, value: "\"…\"",
                    identity: $0.value, change: change, summary: summary)
            }
        }
    }

    /// A table of names that are known, with a value each; a later file adds names and replaces those that it names
    /// again. They are kept in the order of the names, and shown one by one.
    init<Value: Sendable>(
        _ name: String, keyedBy key: any KeyPath<Value, String> & Sendable, _ type: ValueType<[Value]>,
        _ path: any WritableKeyPath<Target, [Value]> & Sendable, also otherNames: [String] = [],
        change: ChangeEffect = .restart, _ summary: String, show: @escaping @Sendable (Value) -> String
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            guard let values = type.read(node, &checking) else { return }
            let given = Set(values.map { $0[keyPath: key] })
            let others = target[keyPath: path].filter { !given.contains($0[keyPath: key]) }
            target[keyPath: path] = (others + values).sorted { $0[keyPath: key] < $1[keyPath: key] }
        } describe: { prefix, target in
            let values = target[keyPath: path]
            guard !values.isEmpty else {
                return [
                    KeyDescription(
                        path: prefix + name, type: type.name, range: type.range, value: type.show([]), identity: nil,
                        change: change, summary: summary)
                ]
            }
            return values.map {
                KeyDescription(
                    path: "\(prefix)\(name).\(shownKey($0[keyPath: key]))", type: "string", range: nil, value: show($0),
                    identity: show($0), change: change, summary: summary)
            }
        }
    }

    /// A table with keys of its own.
    init<Inner>(
        _ name: String, _ section: Section<Inner>, _ path: any WritableKeyPath<Target, Inner> & Sendable,
        also otherNames: [String] = [], change: ChangeEffect? = nil
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            section.apply(node, to: &target[keyPath: path], &checking)
        } describe: { prefix, target in
            section.describe(prefix + name + ".", target[keyPath: path]).map { $0.with(change) }
        }
    }

    /// A table with keys of its own that may be missing as a whole; `false` takes back what earlier files say.
    init<Inner>(
        _ name: String, _ section: Section<Inner>, _ path: any WritableKeyPath<Target, Inner?> & Sendable,
        also otherNames: [String] = [], change: ChangeEffect? = nil
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            if case .flag(false) = node.value {
                target[keyPath: path] = nil
                return checking.forgetBelow()
            }
            var inner = target[keyPath: path] ?? section.empty
            if section.apply(node, to: &inner, &checking) { target[keyPath: path] = inner }
        } describe: { prefix, target in
            guard let inner = target[keyPath: path] else {
                return section.describe(prefix + name + ".", section.empty).map { $0.with(change).absent }
            }
            return section.describe(prefix + name + ".", inner).map { $0.with(change) }
        }
    }

    /// Tables under names that people choose, each with the keys of `section`. They are gathered here from all files,
    /// and read when it is known what stands in all of them.
    init<Inner>(
        _ name: String, named section: Section<Inner>,
        _ path: any WritableKeyPath<Target, [ServiceName: [TomlNode]]> & Sendable, also otherNames: [String] = []
    ) {
        self.init(name, named: section, path, also: otherNames) { text, place, checking in
            ServiceName.ofTable(text, of: section.path, at: place, &checking)
        }
    }

    /// The same with names of another sort: `check` makes one of what stands there, or reports what is wrong with it.
    init<Inner, Name: Hashable & Sendable>(
        _ name: String, named section: Section<Inner>,
        _ path: any WritableKeyPath<Target, [Name: [TomlNode]]> & Sendable, also otherNames: [String] = [],
        check: @escaping @Sendable (String, Place, inout Checking) -> Name?
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            guard case .table(let entries) = node.value else {
                return node.reportWrongType("[\(section.path)] with its keys below it", &checking)
            }
            for entry in entries {
                checking.inside(entry.key) { checking in
                    guard let name = check(entry.key, entry.keyPlace, &checking) else { return }
                    if case .table = entry.node.value {
                        target[keyPath: path][name, default: []].append(entry.node)
                    } else {
                        entry.node.reportWrongType(section.hint, &checking)
                    }
                }
            }
        } describe: { prefix, _ in
            section.describe(prefix + name + ".NAME.", section.empty)
        }
    }

    /// Tables without names, `[[alert]]`, each with the keys of `section`: those of later files come after those of
    /// earlier ones. `check` is for what must hold between the keys of one.
    init<Inner>(
        _ name: String, each section: Section<Inner>, atMost limit: Int,
        _ path: any WritableKeyPath<Target, [Inner]> & Sendable, also otherNames: [String] = [],
        check: @escaping @Sendable (inout Inner, Place, inout Checking) -> Void
    ) {
        self.init(name, otherNames: otherNames) { node, target, checking in
            guard case .array(let nodes) = node.value else { return node.reportWrongType(section.hint, &checking) }
            for node in nodes {
                let number = target[keyPath: path].count + 1
                guard number <= limit else {
                    return checking.report("more than \(limit) are too many (leave some out)", at: node.place)
                }
                checking.inside("\(number)") { checking in
                    var inner = section.empty
                    guard section.apply(node, to: &inner, &checking) else { return }
                    check(&inner, node.place, &checking)
                    target[keyPath: path].append(inner)
                }
            }
        } describe: { prefix, target in
            let all = target[keyPath: path]
            guard !all.isEmpty else { return section.describe(prefix + name + ".", section.empty).map(\.absent) }
            return all.enumerated().flatMap { section.describe("\(prefix)\(name).\($0.offset + 1).", $0.element) }
        }
    }
}
