// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux

/// Where the programs under test are: beside the test bundle.
public enum Programs {
    /// The build folder (`.build/debug`).
    public static let folder: String = {
        let executable = (try? readLink("/proc/self/exe")) ?? ""
        // swift test runs the bundle itself or a runner from the toolchain; the bundle's path is an argument then.
        for candidate in [executable] + CommandLine.arguments {
            guard let slash = candidate.lastIndex(of: "/") else { continue }
            let folder = String(candidate[..<slash])
            if Files.exists(folder + "/hostd-keeper") { return folder }
        }
        return ".build/debug"
    }()

    /// The path of a program of the package.
    public static func path(_ name: String) -> String { folder + "/" + name }

    private static func readLink(_ path: String) throws -> String {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes {
            readlink(
                path, $0.baseAddress?.assumingMemoryBound(to: CChar.self) ?? UnsafeMutablePointer.allocate(capacity: 1),
                4096)
        }
        guard count > 0 else { throw SystemError(code: errno, call: "readlink", subject: path) }
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
