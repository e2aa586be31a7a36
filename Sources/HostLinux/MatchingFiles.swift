// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// Files that a pattern names.
public enum MatchingFiles {
    /// The paths that fit `pattern` as glob(7) reads it, sorted; none where nothing fits, or a folder cannot be read.
    /// Blocks.
    public static func paths(_ pattern: String) -> [String] {
        var found = glob_t()
        defer { globfree(&found) }
        guard glob(pattern, 0, nil, &found) == 0, let paths = found.gl_pathv else { return [] }
        return (0..<Int(found.gl_pathc)).compactMap { paths[$0].map { String(cString: $0) } }
    }
}
