// SPDX-License-Identifier: Apache-2.0

import CSystemd
import Glibc

// logind as far as hostd knows it: gives inhibitor locks, and notes in the file that it is named when one is taken and
// when it is given up. `LogindHelper FILE`, with DBUS_SYSTEM_BUS_ADDRESS in the environment.

/// What is known of the locks.
struct Locks {
    /// The file in which it is noted.
    var path = ""
    /// The ends that hang up when a lock is given up.
    var held: [Int32] = []

    func note(_ text: String) {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let line = Array((text + "\n").utf8)
        _ = write(file, line, line.count)
        close(file)
    }
}

nonisolated(unsafe) var locks = Locks()

func inhibit(_ message: OpaquePointer?) -> Int32 {
    var words: [String] = []
    for _ in 0..<4 {
        var text: UnsafePointer<CChar>?
        let result = sd_bus_message_read_basic(message, CChar(UInt8(ascii: "s")), &text)
        guard result > 0, let text else { return result < 0 ? result : -EINVAL }
        words.append(String(cString: text))
    }
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { return -errno }
    var reply: OpaquePointer?
    defer { sd_bus_message_unref(reply) }
    sd_bus_message_new_method_return(message, &reply)
    sd_bus_message_append_basic(reply, CChar(UInt8(ascii: "h")), &ends[1])
    let result = sd_bus_send(nil, reply, nil)
    close(ends[1])
    locks.held.append(ends[0])
    locks.note("taken " + words.joined(separator: "|"))
    return result < 0 ? result : 1
}

/// Waits for messages and for locks that are given up.
func serve(_ bus: OpaquePointer) {
    while true {
        while sd_bus_process(bus, nil) > 0 {}
        var entries = [pollfd(fd: sd_bus_get_fd(bus), events: Int16(POLLIN), revents: 0)]
        entries += locks.held.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
        if entries[0].revents & Int16(POLLHUP) != 0 { return }
        for entry in entries.dropFirst() where entry.revents & Int16(POLLHUP) != 0 {
            close(entry.fd)
            locks.held.removeAll { $0 == entry.fd }
            locks.note("given up")
        }
    }
}

locks.path = CommandLine.arguments.count > 1 ? CommandLine.arguments[1] : "/dev/null"
var made: OpaquePointer?
guard sd_bus_open_system(&made) >= 0, let bus = made else { exit(1) }
let added = sd_bus_add_object(
    bus, nil, "/org/freedesktop/login1",
    { message, _, _ in
        guard sd_bus_message_is_method_call(message, "org.freedesktop.login1.Manager", "Inhibit") > 0 else { return 0 }
        return inhibit(message)
    }, nil)
guard added >= 0, sd_bus_request_name(bus, "org.freedesktop.login1", 0) >= 0 else { exit(1) }
locks.note("there")
serve(bus)
