// SPDX-License-Identifier: Apache-2.0

internal import CPresets

/// The presets that come with hostd: config/presets, compiled in.
enum BuiltInPresets {
    /// The text of each by its name; those for jobs have the folder's name before theirs.
    static let all: [String: [UInt8]] = {
        var count = 0
        let services = table(cpresets_all(&count), count, prefix: "")
        return services.merging(table(cpresets_jobs(&count), count, prefix: PresetLibrary.agents)) { first, _ in first }
    }()

    private static func table(
        _ entries: UnsafePointer<cpresets_entry>?, _ count: Int, prefix: String
    ) -> [String: [UInt8]] {
        Dictionary(
            UnsafeBufferPointer(start: entries, count: count).map { entry in
                let bytes = UnsafeBufferPointer(start: entry.bytes, count: entry.count)
                return (prefix + String(cString: entry.name), [UInt8](bytes))
            }
        ) { first, _ in first }
    }
}
