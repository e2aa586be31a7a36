// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostLinux

/// logind, as far as it lets a host sleep. Every call blocks: for the Worker.
public struct SleepManager: ~Copyable {
    private static let name = "org.freedesktop.login1"
    private static let what = "sleep:idle:handle-lid-switch"

    private let bus: OpaquePointer

    /// Connects to the system bus; `patience` in microseconds bounds each call.
    public init(patienceMicroseconds: UInt64) throws(SystemError) {
        var made: OpaquePointer?
        let result = sd_bus_open_system(&made)
        guard result >= 0, let made else { throw SystemError(code: -result, call: "reach", subject: "the system bus") }
        bus = made
        sd_bus_set_method_call_timeout(bus, patienceMicroseconds)
    }

    deinit {
        sd_bus_flush_close_unref(bus)
    }

    /// Keeps the host from suspending, from idling into sleep, and from acting on a closed lid, until the descriptor is
    /// closed.
    public borrowing func inhibit(who: String, why: String) throws(SystemError) -> Descriptor {
        var call: OpaquePointer?
        defer { sd_bus_message_unref(call) }
        try Self.check(
            sd_bus_message_new_method_call(
                bus, &call, Self.name, "/org/freedesktop/login1", Self.name + ".Manager", "Inhibit"))
        for text in [Self.what, who, why, "block"] {
            try Self.check(
                text.withCString { sd_bus_message_append_basic(call, CChar(UInt8(ascii: "s")), $0) })
        }
        var reply: OpaquePointer?
        defer { sd_bus_message_unref(reply) }
        try Self.check(sd_bus_call(bus, call, 0, nil, &reply))
        // It belongs to the message.
        var lent: Int32 = -1
        try Self.check(sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "h")), &lent))
        let own = fcntl(lent, F_DUPFD_CLOEXEC, 3)
        guard own >= 0 else { throw SystemError(code: errno, call: "keep", subject: "the lock of logind") }
        return Descriptor(owning: own)
    }

    private static func check(_ result: Int32) throws(SystemError) {
        if result < 0 { throw SystemError(code: -result, call: "ask", subject: "logind for an inhibitor lock") }
    }
}
