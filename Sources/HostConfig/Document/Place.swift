// SPDX-License-Identifier: Apache-2.0

/// A place in one of the files that are read together.
struct Place: Hashable, Comparable, Sendable {
    /// Index of the file in the order of reading; below 0 for a preset, which everything else comes after.
    var file: Int
    /// From 1.
    var line: Int
    /// In Unicode scalars, from 1.
    var column: Int

    static func < (left: Place, right: Place) -> Bool {
        (left.file, left.line, left.column) < (right.file, right.line, right.column)
    }
}
