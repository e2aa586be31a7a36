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
    /// What the key means.
    public let summary: String
}

/// What there is to configure, from the declarations that also check it.
public enum ConfigurationReference {
    /// Every key with its default as `value`, in the order of the reference.
    public static let keys: [KeyDescription] = RootSection.section.describe("", RootSection.section.empty)
}
