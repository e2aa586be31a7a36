// SPDX-License-Identifier: Apache-2.0

/// A type of value as the configuration knows it: how it is read, checked, shown and named.
struct ValueType<Value: Sendable>: Sendable {
    /// For the reference: `time`, `list of ports`.
    let name: String
    /// What is allowed, for the reference and for errors: `10ms to 1d`; nil when the type says it all.
    let range: String?
    /// What to write instead of a value of another type: `a time, like "10s"`.
    let hint: String
    /// The value of a node, or nil after reporting what is wrong with it.
    let read: @Sendable (TomlNode, inout Checking) -> Value?
    /// The value as it stands in a file; what may be a secret is hidden.
    let show: @Sendable (Value) -> String
    /// The value in full, for comparing; nil: what `show` says.
    let identity: (@Sendable (Value) -> String)?

    init(
        _ name: String, range: String? = nil, hint: String,
        read: @escaping @Sendable (TomlNode, inout Checking) -> Value?, show: @escaping @Sendable (Value) -> String,
        identity: (@Sendable (Value) -> String)? = nil
    ) {
        self.name = name
        self.range = range
        self.hint = hint
        self.read = read
        self.show = show
        self.identity = identity
    }
}

extension TomlNode {
    /// Reports that a value of another type should stand here.
    func reportWrongType(_ hint: String, _ checking: inout Checking) {
        checking.report("\(whatStands) (write \(hint))", at: place)
    }

    /// Reports that the number that stands here lacks a unit.
    func reportNoUnit(example: String, _ checking: inout Checking) {
        checking.report("\(written ?? "this") has no unit (write \"\(example)\")", at: place)
    }

    /// The string that stands here; reports another type with `hint`, and NUL, which no system call can carry.
    func string(hint: String, _ checking: inout Checking) -> String? {
        guard case .text(let text) = value else {
            reportWrongType(hint, &checking)
            return nil
        }
        guard !text.utf8.contains(0) else {
            checking.report("has a NUL character in it (leave it out)", at: place)
            return nil
        }
        return text
    }

    /// What `parse` makes of this node, or nil after reporting what it complains of.
    func parsed<Value>(_ checking: inout Checking, _ parse: () throws(ValueError) -> Value) -> Value? {
        do {
            return try parse()
        } catch {
            checking.report(error.message, at: place)
            return nil
        }
    }
}

/// What is wrong with a value.
struct ValueError: Error {
    let message: String
}
