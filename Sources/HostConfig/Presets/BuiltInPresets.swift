// SPDX-License-Identifier: Apache-2.0

internal import CPresets

/// The presets that come with hostd: config/presets, compiled in.
enum BuiltInPresets {
    /// The text of each by its name.
    static let all: [String: [UInt8]] = {
        var count = 0
        let entries = UnsafeBufferPointer(start: cpresets_all(&count), count: count)
        return Dictionary(
            entries.map { (String(cString: $0.name), [UInt8](UnsafeBufferPointer(start: $0.bytes, count: $0.count))) }
        ) { first, _ in first }
    }()
}
