// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import TestKit

/// A hostd with one service, `it`: a preset, whose program is a stand-in found in PATH.
struct StandIn {
    let host: HostUnderTest
    let port: UInt16
    private let folder: TemporaryFolder

    /// `program` as in Fixtures/programs.mjs; `keys` are further lines of the service.
    init(_ program: String, preset: String, variables: [String: String] = [:], keys: String = "") throws {
        folder = try TemporaryFolder()
        port = try FreePort.take()
        let script = "#!/bin/sh\nexec node \(Gateway.fixtures)/programs.mjs \(program) \"$@\"\n"
        try Files.replace("\(folder.path)/\(program)", with: script.utf8, mode: 0o755)
        try Files.replace(folder.path + "/config.yaml", with: "model_list: []\n".utf8)
        var all = variables
        all["STAND_IN_DIR"] = folder.path
        let path = getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin"
        all["PATH"] = "\(folder.path):\(path)"
        let entries = all.sorted { $0.key < $1.key }.map { "\($0.key) = \"\($0.value)\"" }.joined(separator: ", ")
        // Only litellm cannot do without a file that is elsewhere by default.
        let command =
            program == "litellm"
            ? "command = [\"litellm\", \"--config\", \"\(folder.path)/config.yaml\", \"--port\", \"${port}\"]" : ""
        let ports = program == "hermes" ? "" : "ports = [\(port)]"
        host = try HostUnderTest(
            """
            [service.it]
            preset = "\(preset)"
            \(command)
            \(ports)
            env = { \(entries) }
            \(keys)

            """)
    }

    /// One more program in its PATH.
    func add(_ name: String, _ script: String) throws {
        try Files.replace("\(folder.path)/\(name)", with: script.utf8, mode: 0o755)
    }

    /// What the program noted: a line for each thing, with its pid first.
    func log() throws -> String { try Files.readText(folder.path + "/log") }

    /// An answer that comes in pieces, with its first piece read.
    func openStream() throws -> Stream {
        guard let address = SocketAddress.literals(host: "127.0.0.1", port: port)?.first else {
            throw TimedOut(event: "an address")
        }
        let stream = Stream(socket: try address.startConnect())
        try stream.wait(POLLOUT)
        try Sockets.sendAll(stream.socket, Array("GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
        _ = try stream.part()
        return stream
    }

    struct Stream: ~Copyable {
        let socket: Descriptor

        func wait(_ events: Int32) throws {
            var entry = pollfd(fd: socket.raw, events: Int16(events), revents: 0)
            guard poll(&entry, 1, 20_000) > 0 else { throw TimedOut(event: "the stream") }
        }

        func part() throws -> [UInt8] {
            try wait(POLLIN)
            return try socket.read(upTo: 65536)
        }

        /// All that comes until the end; chunk marks taken out as far as a test has to know.
        func rest() throws -> String {
            var all: [UInt8] = []
            while true {
                let part = try part()
                if part.isEmpty { break }
                all += part
            }
            return String(decoding: all, as: UTF8.self).replacing("\r\n0\r\n\r\n", with: "").replacing("\r\n", with: "")
        }
    }
}
