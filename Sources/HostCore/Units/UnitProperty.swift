// SPDX-License-Identifier: Apache-2.0

/// One property of a transient unit. Properties whose value is a list may come several times: systemd puts them one
/// behind the other, and an empty list takes back those before it.
public struct UnitProperty: Hashable, Sendable {
    /// Its name on the bus, which is not always that in a unit file: `CPUQuotaPerSecUSec`.
    public var name: String
    /// Its value.
    public var value: UnitValue

    /// Property `name` with this value.
    public init(_ name: String, _ value: UnitValue) {
        self.name = name
        self.value = value
    }

    /// As arguments of busctl(1): name, signature, value.
    public var words: [String] { [name, value.signature] + value.words }
}

/// A unit property that the configuration gives.
public struct UnitSetting: Hashable, Sendable {
    /// Its name, as in a unit file: `CPUQuota`.
    public var name: String
    /// What is given, line by line, as it would stand in a unit file; several lines only where the property is a list.
    public var lines: [String]
    /// What systemd is told. None where the only line is empty: then it has systemd's default, whatever the sandbox
    /// says.
    public var properties: [UnitProperty]

    /// Property `name`, given in `lines`, which mean `properties`.
    public init(name: String, lines: [String], properties: [UnitProperty]) {
        self.name = name
        self.lines = lines
        self.properties = properties
    }
}
