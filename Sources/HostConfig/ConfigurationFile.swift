// SPDX-License-Identifier: Apache-2.0

/// A configuration file that somebody else has read: this room opens nothing.
public struct ConfigurationFile: Hashable, Sendable {
    /// How errors name the file.
    public var path: String
    /// What stands in it; whether it is UTF-8 is checked. Bytes beyond the limit may be left out after one of them.
    public var bytes: [UInt8]
    /// The name of the preset that the file is, `jobs/NAME` for one for jobs; nil for a file of the configuration
    /// itself.
    public var preset: String?

    /// A longer file is an error. Whoever reads it needs no more than one byte beyond.
    public static let sizeLimit = 1 << 20

    /// A file's path and its bytes.
    public init(path: String, bytes: [UInt8], preset: String? = nil) {
        self.path = path
        self.bytes = bytes
        self.preset = preset
    }

    /// A file's path and its text.
    public init(path: String, text: String, preset: String? = nil) {
        self.init(path: path, bytes: Array(text.utf8), preset: preset)
    }
}
