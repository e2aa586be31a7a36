// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostLinux

extension ServiceManager {
    private static let managerPath = "/org/freedesktop/systemd1"
    private static let managerInterface = name + ".Manager"

    /// Whether all units are being stopped: the host goes down, or the user's session ends.
    public borrowing func isShuttingDown() throws(SystemError) -> Bool {
        var text: UnsafeMutablePointer<CChar>?
        defer { free(text) }
        try Self.check(
            "ask for the state of", "the service manager",
            sd_bus_get_property_string(
                bus, Self.name, Self.managerPath, Self.managerInterface, "SystemState", nil, &text))
        return text.map { String(cString: $0) } == "stopping"
    }

    /// Has the units stopped that would start ours when somebody asks: its sockets. They stop when ours has, and start
    /// nothing any more from now on.
    public borrowing func stopTriggers() throws(SystemError) {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let result = sd_bus_get_property_strv(
            bus, Self.name, Self.unitPath, Self.name + ".Unit", "TriggeredBy", nil, &names)
        try Self.check("ask for what starts", Self.unitPath, result)
        defer { free(names) }
        var entry = names
        while let name = entry?.pointee {
            defer { free(name) }
            try stop(String(cString: name))
            entry = entry?.advanced(by: 1)
        }
    }

    private borrowing func stop(_ unit: String) throws(SystemError) {
        var call: OpaquePointer?
        defer { sd_bus_message_unref(call) }
        try Self.check(
            "stop", unit,
            sd_bus_message_new_method_call(
                bus, &call, Self.name, Self.managerPath, Self.managerInterface, "StopUnit"))
        for text in [unit, "replace"] {
            try Self.check(
                "stop", unit,
                text.withCString { sd_bus_message_append_basic(call, CChar(UInt8(ascii: "s")), $0) })
        }
        try Self.check("stop", unit, sd_bus_call(bus, call, 0, nil, nil))
    }
}
