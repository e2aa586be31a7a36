// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostFetch
import HostLinux
import HostLoop
import TestKit
import Testing

struct UnixProbeTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/socket" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func failure(timeout: Duration = .seconds(20)) throws -> String? {
        let loop = try TestLoop()
        var told: [String?] = []
        UnixProbe.run(loop: loop.events, path: path, timeout: timeout) { failure, took in
            #expect(took > .zero)
            told.append(failure)
            loop.events.later { loop.stop() }
        }
        #expect(told.isEmpty, "nothing is told within run")
        try loop.run()
        #expect(told.count == 1)
        return told.first ?? nil
    }

    /// A listener with room for `backlog` connections that are not accepted.
    private func listen(backlog: Int32) throws -> Descriptor {
        let raw = try check("socket") { socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0) }
        let listener = Descriptor(owning: raw)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        try withUnsafePointer(to: &address) {
            try $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = try check("bind") { bind(raw, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) }
            }
        }
        _ = try check("listen") { Glibc.listen(raw, backlog) }
        return listener
    }

    @Test func aSocketThatAcceptsIsWell() throws {
        let listener = try listen(backlog: 10)
        #expect(try failure() == nil)
        #expect(try failure() == nil)
        withExtendedLifetime(listener) {}
    }

    @Test func aSocketThatNobodyListensOnRefuses() throws {
        _ = try listen(backlog: 10)
        #expect(try failure() == "connection refused")
    }

    @Test func nothingAtThePath() throws {
        #expect(try failure() == "no such file or directory")
    }

    @Test func aFullQueueIsWaitedForNoLongerThanTheTimeout() throws {
        let listener = try listen(backlog: 0)
        let first = try Sockets.connect(to: path)
        #expect(try failure(timeout: .milliseconds(120)) == "its queue is full for 120 ms")
        let raw = listener.raw
        inBackground {
            letPass(microseconds: 150_000)
            close(accept(raw, nil, nil))
        }
        #expect(try failure() == nil)
        withExtendedLifetime((first)) {}
        withExtendedLifetime(listener) {}
    }
}
