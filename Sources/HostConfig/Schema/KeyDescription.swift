// SPDX-License-Identifier: Apache-2.0

/// One key of the configuration as the reference and `config show` tell it.
public struct KeyDescription: Equatable, Sendable {
    /// The dotted path, with NAME for a name that people choose: `service.NAME.live.interval`.
    public let path: String
    /// The type of its value: `time`.
    public let type: String
    /// What is allowed, where the type does not say it all: `10ms to 1d`.
    public let range: String?
    /// The value, as it would stand in a file; nil when there is none.
    public let value: String?
    /// The value in full, for comparing; it may be a secret and is shown to nobody.
    let identity: String?
    /// What a change of the key means for what runs.
    public private(set) var change: ChangeEffect
    /// The table that it stands in is not there: its value means nothing.
    private(set) var isAbsent = false
    /// What the key means.
    public let summary: String

    init(
        path: String, type: String, range: String?, value: String?, identity: String?, change: ChangeEffect,
        summary: String
    ) {
        self.path = path
        self.type = type
        self.range = range
        self.value = value
        self.identity = identity
        self.change = change
        self.summary = summary
    }

    init<Value>(_ path: String, _ type: ValueType<Value>, _ value: Value?, _ change: ChangeEffect, _ summary: String) {
        self.init(
            path: path, type: type.name, range: type.range, value: value.map(type.show),
            identity: value.map(type.identity ?? type.show), change: change, summary: summary)
    }

    /// The same of a table that is not there.
    var absent: KeyDescription {
        var copy = self
        copy.isAbsent = true
        return copy
    }

    /// The same with another effect, where one is given.
    func with(_ change: ChangeEffect?) -> KeyDescription {
        var copy = self
        copy.change = change ?? copy.change
        return copy
    }
}

/// What a change of a key means for what runs.
public enum ChangeEffect: String, Sendable {
    /// What runs knows it since its start: only a restart brings the new value. Of [host] and [control]: one of hostd.
    case restart
    /// An attempt of a job that is under way keeps the old value; the next one has the new.
    case nextAttempt
    /// hostd alone goes by it, from now on.
    case inPlace
    /// What it brings about shows in other keys or in other services.
    case none
}

/// What there is to configure, from the declarations that also check it.
public enum ConfigurationReference {
    /// Every key with its default as `value`, in the order of the reference.
    public static let keys: [KeyDescription] = RootSection.section.describe("", RootSection.section.empty)
}
