// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLoop
import HostStore

/// A store on a small disk that is full for a while.
func fillDisk(_ folder: String) throws {
    let filler = folder + "/filler"
    try troubledStore(folder + "/hostd.db") {
        fill(filler)
    } mend: {
        unlink(filler)
    }
}

/// Writes a file until nothing more fits on its disk.
func fill(_ path: String) {
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    let block = [UInt8](repeating: 0, count: 4096)
    while write(file, block, block.count) > 0 {}
    while write(file, block, 1) > 0 {}
    close(file)
}

/// A store on a disk that is mounted read-only when it begins.
func makeWritable(_ folder: String) throws {
    try troubledStore(folder + "/hostd.db") {
    } mend: {
        try check("remount", folder) { mount("none", folder, nil, UInt(MS_REMOUNT), nil) }
    }
}

/// Writes entries before, during and after a trouble, and says what the store told and kept.
private func troubledStore(
    _ path: String, breakIt: @escaping () throws -> Void, mend: @escaping () throws -> Void
) throws {
    try onLoop { loop, done in
        let store = try Store(loop: loop, path: path, retry: .milliseconds(50))
        @MainActor func append(_ reasons: [String]) {
            for reason in reasons {
                store.append(
                    StoredEvent(
                        wallMilliseconds: 1, service: "a", kind: "k", instance: nil,
                        reason: reason + String(repeating: ".", count: 200)))
            }
        }
        store.healthChanged = { health in
            if case .failing(_, let why) = health {
                say(why.split(separator: ": ").dropFirst().joined(separator: ": "))
                append(["during"])
                do { try mend() } catch { say("\(error)") }
                return
            }
            say("ok")
            append(["after"])
            store.flush(limit: .seconds(20)) {
                store.events(since: 0, service: nil, limit: 10_000, newest: false) { events in
                    var counts: [String: Int64] = [:]
                    for event in events ?? [] {
                        counts[String(event.reason.prefix { $0 != "." }), default: 0] += event.count
                    }
                    for (reason, count) in counts.sorted(by: { $0.key < $1.key }) { say("\(count) × \(reason)") }
                    done()
                }
            }
        }
        append(Array(repeating: "before", count: 10))
        store.flush(limit: .seconds(20)) {
            do { try breakIt() } catch { say("\(error)") }
            append(Array(repeating: "broken", count: 1000))
        }
        return [store]
    }
}
