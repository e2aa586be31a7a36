// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
public import HostLinux

/// The service manager whose unit this process belongs to. Every call blocks, for `patience` at most: on the loop's
/// thread only before the loop runs.
public struct ServiceManager: ~Copyable {
    static let name = "org.freedesktop.systemd1"
    /// The unit of whoever asks.
    static let unitPath = "/org/freedesktop/systemd1/unit/self"

    let bus: OpaquePointer

    /// Connects to the manager itself, which also answers while the bus is down, else over the bus. `patience` in
    /// microseconds bounds each call.
    public init(patienceMicroseconds: UInt64) throws(SystemError) {
        guard let found = Self.direct() ?? Self.overBus() else {
            throw SystemError(code: ENOTCONN, call: "reach", subject: "the service manager")
        }
        bus = found
        sd_bus_set_method_call_timeout(bus, patienceMicroseconds)
    }

    deinit {
        sd_bus_flush_close_unref(bus)
    }

    /// What is being done with our unit: "stop", "restart", "start"…; nil when there is no job for it.
    public borrowing func jobType() throws(SystemError) -> String? {
        guard let path = try jobPath() else { return nil }
        var text: UnsafeMutablePointer<CChar>?
        defer { free(text) }
        let result = sd_bus_get_property_string(bus, Self.name, path, Self.name + ".Job", "JobType", nil, &text)
        // The job may be over by now.
        if result == -ENOENT || result == -EBADR { return nil }
        try Self.check("ask for the type of", path, result)
        return text.map { String(cString: $0) }
    }

    private borrowing func jobPath() throws(SystemError) -> String? {
        var reply: OpaquePointer?
        defer { sd_bus_message_unref(reply) }
        try Self.check(
            "ask for the job of", Self.unitPath,
            sd_bus_get_property(bus, Self.name, Self.unitPath, Self.name + ".Unit", "Job", nil, &reply, "(uo)"))
        let structure = CChar(UInt8(ascii: "r"))
        try Self.check("read", "Job", sd_bus_message_enter_container(reply, structure, "uo"))
        var number: UInt32 = 0
        try Self.check("read", "Job", sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "u")), &number))
        var path: UnsafePointer<CChar>?
        try Self.check("read", "Job", sd_bus_message_read_basic(reply, CChar(UInt8(ascii: "o")), &path))
        return number == 0 ? nil : path.map { String(cString: $0) }
    }

    private static func direct() -> OpaquePointer? {
        let runtime = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) } ?? "/run/user/\(getuid())"
        let path = (ManagerScope.isUser ? runtime : "/run") + "/systemd/private"
        var made: OpaquePointer?
        guard Files.exists(path), sd_bus_new(&made) >= 0, let bus = made else { return nil }
        guard sd_bus_set_address(bus, "unix:path=" + path) >= 0, sd_bus_start(bus) >= 0 else {
            sd_bus_close_unref(bus)
            return nil
        }
        return bus
    }

    private static func overBus() -> OpaquePointer? {
        var made: OpaquePointer?
        let result = ManagerScope.isUser ? sd_bus_open_user(&made) : sd_bus_open_system(&made)
        return result < 0 ? nil : made
    }

    static func check(_ call: String, _ subject: String, _ result: Int32) throws(SystemError) {
        if result < 0 { throw SystemError(code: -result, call: call, subject: subject) }
    }
}
