// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// Where the value of a key comes from.
public enum ValueSource: Equatable, Sendable {
    /// A line of a file.
    public struct Location: Equatable, Sendable {
        /// The file, as its reader was told; `preset:NAME` for a preset that comes with hostd.
        public let file: String
        /// The line, from 1.
        public let line: Int
    }

    /// A file of the configuration.
    case file(Location)
    /// The preset of that name.
    case preset(String, Location)
    /// The declaration of the key: nobody gives it.
    case standard
}

/// One key with the value that it has.
public struct EffectiveKey: Equatable, Sendable {
    /// The path below its table: `live.interval`.
    public let name: String
    /// The value as it would stand in a file; nil when there is none. Values of variables are hidden.
    public let value: String?
    /// Where that comes from.
    public let source: ValueSource
}

/// A table with all of its keys.
public struct EffectiveTable: Equatable, Sendable {
    /// As in brackets: `host`, `service.gateway`.
    public let name: String
    /// The service, or its instance; nil for a table of hostd itself.
    public let service: ServiceName?
    /// All keys, in the order of the reference; without those of a probe or action that is not there.
    public let keys: [EffectiveKey]
}

extension ConfigurationReader {
    /// What the files come to, key by key, with the place that each value comes from: the tables of hostd itself, then
    /// the services by name. Fails like `read`.
    public static func explain(_ files: [ConfigurationFile]) -> Result<[EffectiveTable], ConfigurationErrors> {
        var reading = Reading(files)
        let configuration = reading.configuration()
        if let errors = reading.errors { return .failure(errors) }
        return .success(
            hostTables(configuration, reading)
                + configuration.services.compactMap { service in
                    configuration.drafts[service.name].map { table(of: service, $0, reading) }
                })
    }

    private static func hostTables(_ configuration: HostConfiguration, _ reading: Reading) -> [EffectiveTable] {
        var tables: [(name: String, keys: [EffectiveKey])] = []
        for key in configuration.hostDescriptions where !key.isAbsent {
            guard let dot = end(ofTableIn: key.path), !key.path.hasPrefix("service.") else { continue }
            let name = String(key.path[..<dot])
            if tables.last?.name != name { tables.append((name, [])) }
            tables[tables.count - 1].keys.append(
                EffectiveKey(
                    name: String(key.path[dot...].dropFirst()), value: key.value,
                    source: reading.source(of: key, at: key.path)))
        }
        return tables.map { EffectiveTable(name: $0.name, service: nil, keys: $0.keys) }
    }

    /// Where the name of the table ends in the path of a key: those of kinds, foreign logs and alerts have two parts.
    private static func end(ofTableIn path: String) -> String.Index? {
        guard let first = path.firstIndex(of: ".") else { return nil }
        let hasTwo = ["kind.", "log.", "alert."].contains { path.hasPrefix($0) }
        return hasTwo ? path[path.index(after: first)...].firstIndex(of: ".") : first
    }

    private static func table(
        of service: ServiceSpecification, _ draft: ServiceDraft, _ reading: Reading
    ) -> EffectiveTable {
        let keys = ServiceSection.section.describe("", draft).filter { !$0.isAbsent }.map { key in
            EffectiveKey(
                name: key.path, value: key.value,
                source: reading.source(of: key, at: "service.\(service.family).\(key.path)"))
        }
        return EffectiveTable(name: "service.\(service.name)", service: service.name, keys: keys)
    }
}
