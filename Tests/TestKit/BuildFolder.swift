// SPDX-License-Identifier: Apache-2.0

import HostLinux

/// What tools/deps puts beside the products of the build.
enum BuildFolder {
    /// `.build/NAME`: beside the folder of the build, which may be a link to .build/TARGET/debug.
    static func find(_ name: String) -> String {
        var parent = Programs.folder
        while let slash = parent.lastIndex(of: "/") {
            parent = String(parent[..<slash])
            if Files.exists("\(parent)/\(name)") { return "\(parent)/\(name)" }
        }
        return ".build/" + name
    }
}
