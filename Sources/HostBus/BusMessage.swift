// SPDX-License-Identifier: Apache-2.0

internal import CSystemd
internal import Glibc
internal import HostLinux

/// A message of the bus that is being written or read, owned. The calls of libsystemd without their variadic arguments.
struct BusMessage: ~Copyable {
    let raw: OpaquePointer

    /// Takes over a reference.
    init(owning raw: OpaquePointer) { self.raw = raw }

    /// A call of `method` of the manager.
    init(_ bus: OpaquePointer, calling method: String) throws(SystemError) {
        var made: OpaquePointer?
        try checkBus(
            method,
            sd_bus_message_new_method_call(
                bus, &made, "org.freedesktop.systemd1", "/org/freedesktop/systemd1",
                "org.freedesktop.systemd1.Manager", method))
        guard let made else { throw SystemError(code: ENOMEM, call: method) }
        raw = made
    }

    deinit {
        sd_bus_message_unref(raw)
    }

    borrowing func append(_ text: String) throws(SystemError) {
        let result = text.withCString { sd_bus_message_append_basic(raw, Self.code("s"), $0) }
        try checkBus("append", result)
    }

    borrowing func append(_ flag: Bool) throws(SystemError) {
        var value: Int32 = flag ? 1 : 0
        try checkBus("append", sd_bus_message_append_basic(raw, Self.code("b"), &value))
    }

    borrowing func append(descriptor: Int32) throws(SystemError) {
        var value = descriptor
        try checkBus("append", sd_bus_message_append_basic(raw, Self.code("h"), &value))
    }

    /// A number of the D-Bus type `type`, which has to be of the size of `value`.
    borrowing func append(_ type: Unicode.Scalar, _ value: some BitwiseCopyable) throws(SystemError) {
        var value = value
        try checkBus("append", sd_bus_message_append_basic(raw, CChar(UInt8(ascii: type)), &value))
    }

    borrowing func append(strings: [String]) throws(SystemError) {
        try container("a", "s") { message throws(SystemError) in
            for text in strings { try message.append(text) }
        }
    }

    borrowing func append(bytes: [UInt8]) throws(SystemError) {
        let result = bytes.withUnsafeBytes {
            sd_bus_message_append_array(raw, Self.code("y"), $0.baseAddress, $0.count)
        }
        try checkBus("append", result)
    }

    /// Writes what `body` writes into an array `a`, a struct `r` or a variant `v` of `contents`.
    borrowing func container(
        _ type: Unicode.Scalar, _ contents: String, _ body: (borrowing BusMessage) throws(SystemError) -> Void
    ) throws(SystemError) {
        try checkBus("open", sd_bus_message_open_container(raw, CChar(UInt8(ascii: type)), contents))
        try body(self)
        try checkBus("close", sd_bus_message_close_container(raw))
    }

    private static func code(_ type: Unicode.Scalar) -> CChar { CChar(UInt8(ascii: type)) }
}

/// A message that libsystemd lends, to be read once from its start.
struct BusReader {
    private let raw: OpaquePointer

    init(lent raw: OpaquePointer) { self.raw = raw }

    /// The next string or object path; nil at the end, or where something else stands.
    func text(_ type: Unicode.Scalar = "s") -> String? {
        var text: UnsafePointer<CChar>?
        guard sd_bus_message_read_basic(raw, CChar(UInt8(ascii: type)), &text) > 0 else { return nil }
        return text.map { String(cString: $0) }
    }

    /// The next number of 32 bits.
    func int32(_ type: Unicode.Scalar) -> Int32? {
        var value: Int32 = 0
        return sd_bus_message_read_basic(raw, CChar(UInt8(ascii: type)), &value) > 0 ? value : nil
    }

    /// Goes into an array, a struct, an entry `e` or a variant; false at the end.
    func enter(_ type: Unicode.Scalar, _ contents: String) -> Bool {
        sd_bus_message_enter_container(raw, CChar(UInt8(ascii: type)), contents) > 0
    }

    func exit() { sd_bus_message_exit_container(raw) }

    func skip(_ contents: String) { sd_bus_message_skip(raw, contents) }
}

func checkBus(_ call: String, _ result: Int32) throws(SystemError) {
    if result < 0 { throw SystemError(code: -result, call: call, subject: "the service manager") }
}
