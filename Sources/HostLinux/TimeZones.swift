// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// The time zones of this host.
public enum TimeZones {
    /// Where the time zone database of the system is.
    public static let folder = "/usr/share/zoneinfo"
    /// The file of the host's own zone.
    public static let hostFile = "/etc/localtime"

    /// The rules of the zone `name` (`Europe/Berlin`), or of the host's own for nil: UTC where there is none. Fails
    /// with what is wrong with the name or its file.
    public static func rules(
        _ name: String?, folder: String = folder, hostFile: String = hostFile
    ) throws(TimeZoneError) -> TimeZoneRules {
        guard let name else {
            guard Files.exists(hostFile) else { return .utc }
            return try read(hostFile, as: "the host's time zone")
        }
        if name == "UTC" { return .utc }
        // A name never leads out of the folder.
        let parts = name.split(separator: "/", omittingEmptySubsequences: false)
        guard !parts.contains(where: { ["", ".", ".."].contains($0) }) else {
            throw TimeZoneError("\"\(name)\" is no time zone")
        }
        let path = "\(folder)/\(name)"
        guard Files.exists(path) else {
            throw TimeZoneError("this host knows no time zone \"\(name)\": \(path) is missing (is tzdata installed?)")
        }
        return try read(path, as: "\"\(name)\"")
    }

    private static func read(_ path: String, as noun: String) throws(TimeZoneError) -> TimeZoneRules {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try Files.read(path, limit: TimeZoneRules.fileLimitBytes)
        } catch {
            throw TimeZoneError("\(noun): \(error)")
        }
        do throws(TimeZoneError) {
            return try TimeZoneRules(file: bytes)
        } catch {
            throw TimeZoneError("\(noun): \(path): \(error)")
        }
    }
}
