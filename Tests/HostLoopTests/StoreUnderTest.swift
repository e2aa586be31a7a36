// SPDX-License-Identifier: Apache-2.0

import CSQLite
import Glibc
import HostCore
import HostLinux
import HostLoop
import TestKit
import Testing

@testable import HostStore

/// A store in a folder of its own, and what a test wants of it.
final class StoreUnderTest {
    let loop: TestLoop
    let folder: TemporaryFolder
    private(set) var store: Store
    private(set) var healths: [String] = []

    var path: String { folder.path + "/hostd.db" }

    init(_ prepare: (_ path: String) throws -> Void = { _ in }) throws {
        loop = try TestLoop()
        folder = try TemporaryFolder()
        try prepare(folder.path + "/hostd.db")
        store = try Store(loop: loop.events, path: folder.path + "/hostd.db", retry: .milliseconds(20))
        hear()
    }

    /// As if hostd had been started anew.
    func reopen() throws {
        store = try Store(loop: loop.events, path: path, retry: .milliseconds(20))
        hear()
    }

    private func hear() {
        store.healthChanged = { [weak self] health in
            switch health {
            case .ok: self?.healths.append("ok")
            case .failing(_, let why):
                self?.healths.append(why.split(separator: ": ").dropFirst().joined(separator: ": "))
            }
        }
    }

    func append(_ reason: String, service: String? = "gateway", kind: String = "service.ready") {
        store.append(
            StoredEvent(wallMilliseconds: 1, service: service, kind: kind, instance: nil, reason: reason))
    }

    /// Writes all that is pending.
    func flush() throws {
        store.flush(limit: .seconds(20)) { self.loop.stop() }
        try loop.run(until: "the store")
    }

    /// The reasons of all entries, oldest first; nil when the store cannot be read.
    func reasons(since id: Int64 = 0, service: String? = nil, limit: Int = 100_000, newest: Bool = false) throws
        -> [String]?
    {
        var reasons: [String]?
        store.events(since: id, service: service, limit: limit, newest: newest) { events in
            reasons = events?.map(\.reason)
            self.loop.stop()
        }
        try loop.run(until: "the events")
        return reasons
    }

    func services() throws -> [StoredService]? {
        var services: [StoredService]?
        store.services { found in
            services = found?.sorted { $0.name < $1.name }
            self.loop.stop()
        }
        try loop.run(until: "the services")
        return services
    }
}

/// Another program's connection to the same file.
final class OtherConnection {
    private var handle: OpaquePointer?

    init(_ path: String) {
        #expect(sqlite3_open(path, &handle) == SQLITE_OK)
        // The store may be in the middle of something.
        sqlite3_busy_timeout(handle, 10_000)
    }

    isolated deinit {
        sqlite3_close_v2(handle)
    }

    func run(_ sql: String) {
        #expect(sqlite3_exec(handle, sql, nil, nil, nil) == SQLITE_OK, "\(String(cString: sqlite3_errmsg(handle)))")
    }
}

/// "number cj": numbers in letters, since entries of a service that differ in their numbers alone are the same.
func numbered(_ number: Int) -> String {
    "number " + "\(number)".map { String(UnicodeScalar(UInt8(ascii: "a") + UInt8($0.wholeNumberValue ?? 0))) }.joined()
}
