// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// The settings of a log as fields of a message: `max_size=16777216`, `keep=8` and so on. What is not there has its
/// default; a field that this version does not know is passed over, since hostd may be newer than its logger.
enum LogSettingsText {
    static func fields(of settings: LogSpecification) -> String {
        [
            "max_size=\(settings.maxSizeBytes)", "rotate_every=\(wholeSeconds(settings.rotateEvery))",
            "daily=\(settings.isDaily ? "yes" : "no")", "keep=\(settings.keep)",
            "max_age=\(wholeSeconds(settings.maxAge))", "total=\(settings.totalBytes)",
            "compress=\(settings.isCompressed ? "yes" : "no")", "timestamps=\(settings.timestamps.rawValue)",
            "journal=\(settings.isForwarded ? "yes" : "no")", "when_full=\(settings.whenFull.rawValue)",
            "streams=\(settings.streams.rawValue)",
        ].joined(separator: "\t")
    }

    /// Rounded up, since zero means that there is no limit.
    static func wholeSeconds(_ duration: Duration) -> Int64 {
        duration.components.seconds + (duration.components.attoseconds > 0 ? 1 : 0)
    }

    /// nil when a field has a value that it cannot have.
    static func settings(from fields: some Sequence<some StringProtocol>) -> LogSpecification? {
        var settings = LogSpecification()
        for field in fields {
            guard let equals = field.firstIndex(of: "=") else { return nil }
            let value = field[field.index(after: equals)...]
            guard take(String(field[..<equals]), String(value), into: &settings) else { return nil }
        }
        return settings
    }

    private static func take(_ key: String, _ value: String, into settings: inout LogSpecification) -> Bool {
        switch key {
        case "max_size": return set(&settings.maxSizeBytes, UInt64(value).flatMap { $0 > 0 ? $0 : nil })
        case "rotate_every": return set(&settings.rotateEvery, seconds(value))
        case "daily": return set(&settings.isDaily, isYes(value))
        case "keep": return set(&settings.keep, Int(value).flatMap { $0 >= 0 ? $0 : nil })
        case "max_age": return set(&settings.maxAge, seconds(value))
        case "total": return set(&settings.totalBytes, UInt64(value))
        case "compress": return set(&settings.isCompressed, isYes(value))
        case "timestamps": return set(&settings.timestamps, LogSpecification.Timestamps(rawValue: value))
        case "journal": return set(&settings.isForwarded, isYes(value))
        case "when_full": return set(&settings.whenFull, LogSpecification.WhenFull(rawValue: value))
        case "streams": return set(&settings.streams, LogSpecification.Streams(rawValue: value))
        default: return true
        }
    }

    private static func set<Value>(_ place: inout Value, _ value: Value?) -> Bool {
        guard let value else { return false }
        place = value
        return true
    }

    private static func seconds(_ value: String) -> Duration? {
        Int64(value).flatMap { $0 >= 0 ? .seconds($0) : nil }
    }

    private static func isYes(_ value: String) -> Bool? {
        switch value {
        case "yes": true
        case "no": false
        default: nil
        }
    }
}
