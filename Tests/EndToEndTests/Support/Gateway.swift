// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import Synchronization
import TestKit

/// The Node gateway of the fixtures, as a service.
struct Gateway {
    let port: UInt16
    /// What the fixture is told (Fixtures/gateway.mjs).
    var modes: [String]
    /// Further keys of the service.
    var keys: String
    /// Whether it is started through shells, as npm does.
    var isNpmLike = false

    static let fixtures = #filePath.replacing("/Support/Gateway.swift", with: "/Fixtures")

    /// A gateway on a free port.
    init(_ modes: String..., keys: String = "") throws {
        port = try FreePort.take()
        self.modes = modes
        self.keys = keys
    }

    var url: String { "http://127.0.0.1:\(port)" }

    /// Its section of hostd.toml, with all three probes.
    func section(_ name: String = "gateway", probes: Bool = true) -> String {
        let program = isNpmLike ? "\"\(Self.fixtures)/npm-like.sh\"" : "\"node\", \"\(Self.fixtures)/gateway.mjs\""
        let arguments = (["--port=\(port)"] + modes).map { ", \"\($0)\"" }.joined()
        let asked =
            !probes
            ? ""
            : """
            startup = { http = "\(url)/startupz", interval = "100ms", timeout = "2s" }
            live = { http = "\(url)/healthz", interval = "300ms", timeout = "1s", failures = 3 }
            ready = { http = "\(url)/readyz", interval = "200ms" }
            """
        return """
            [service.\(name)]
            command = [\(program)\(arguments)]
            ports = [\(port)]
            \(asked)
            \(keys)

            """
    }
}

/// Ports of this machine that nobody listens on, below those that the kernel gives to clients.
enum FreePort {
    private static let next = Mutex(UInt16(20_000 + getpid() % 10_000))

    /// One that no other test of this run gets.
    static func take() throws -> UInt16 {
        while true {
            let port = next.withLock { port in
                port = port >= 31_999 ? 20_000 : port + 1
                return port
            }
            if (try? listen(on: port)) != nil { return port }
        }
    }

    /// A listener on 127.0.0.1.
    static func listen(on port: UInt16) throws -> Descriptor {
        let raw = try check("socket") { socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0) }
        let own = Descriptor(owning: raw)
        var on: Int32 = 1
        setsockopt(raw, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        try withUnsafePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = try check("bind") { bind(raw, pointer, socklen_t(MemoryLayout<sockaddr_in>.size)) }
                _ = try check("listen") { Glibc.listen(raw, 16) }
            }
        }
        return own
    }
}

/// Processes as a test sees them.
enum Living {
    /// Whether the process lives (a zombie does not).
    static func contains(_ pid: Int32) -> Bool { pid > 0 && !Processes.isZombie(pid) }

    /// All living processes that carry `HOSTD_INSTANCE=token`.
    static func carrying(_ token: String) -> [Int32] {
        let mark = Array("HOSTD_INSTANCE=\(token)".utf8)
        return Processes.all().filter { pid in
            guard let environment = try? Files.read("/proc/\(pid)/environ", limit: 4 << 20) else { return false }
            return environment.split(separator: 0).contains { $0.elementsEqual(mark) } && contains(pid)
        }
    }

    /// All living processes whose command line contains `text`.
    static func mentioning(_ text: String) -> [Int32] {
        Processes.all().filter { pid in
            guard pid != getpid(), let line = try? Files.readText("/proc/\(pid)/cmdline", limit: 1 << 20) else {
                return false
            }
            return line.contains(text) && contains(pid)
        }
    }

    static func parent(of pid: Int32) -> Int32? {
        let text = (try? Files.readText("/proc/\(pid)/stat", limit: 4096)) ?? ""
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        return fields.count > 2 ? Int32(fields[2]) : nil
    }
}
