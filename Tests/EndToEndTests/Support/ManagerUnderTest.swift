// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// Stands where the service manager listens: gets what hostd says of itself.
final class ManagerUnderTest {
    /// What NOTIFY_SOCKET is to name.
    let path: String
    private let folder: TemporaryFolder
    private let socket: Descriptor
    private var heard: [[String: String]] = []

    init() throws {
        folder = try TemporaryFolder()
        path = folder.path + "/notify"
        socket = try Sockets.datagramReceiver(at: path)
    }

    /// All messages so far, oldest first, as their fields.
    func messages() -> [[String: String]] {
        while let bytes = try? socket.read(upTo: 65536) {
            heard.append(Self.fields(String(decoding: bytes, as: UTF8.self)))
        }
        return heard
    }

    /// The newest value of a field.
    func newest(_ field: String) -> String? { messages().last { $0[field] != nil }?[field] }

    func wait(for event: String, _ condition: ([String: String]) -> Bool) throws {
        try waitUntil(event) { messages().contains(where: condition) }
    }

    private static func fields(_ text: String) -> [String: String] {
        let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
        return Dictionary(pairs) { $1 }
    }
}
