// SPDX-License-Identifier: Apache-2.0

internal import CHost
internal import Glibc

/// Signals as something to read: they must be blocked before (`Signals.block`).
public struct SignalDescriptor: ~Copyable {
    private let descriptor: Descriptor

    /// Takes these signals.
    public init(_ numbers: [Int32]) throws(SystemError) {
        var set = sigset_t()
        sigemptyset(&set)
        for number in numbers { sigaddset(&set, number) }
        let flags = Int32(SFD_CLOEXEC) | Int32(SFD_NONBLOCK)
        descriptor = Descriptor(owning: try check("signalfd") { signalfd(-1, &set, flags) })
    }

    /// The number, for epoll.
    public var raw: Int32 { descriptor.raw }
}

/// The three standard descriptors.
public enum StandardDescriptors {
    /// Opens /dev/null for those of 0, 1 and 2 that are closed, so that no file of ours gets such a number.
    public static func fill() {
        while true {
            let number = open("/dev/null", O_RDWR)
            if number > 2 { close(number) }
            if number < 0 || number > 2 { return }
        }
    }

    /// Writes a line to stdout.
    public static func say(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = Glibc.write(1, $0.baseAddress, $0.count) }
    }

    /// Writes a line to stderr, without waiting for anything that comes of it.
    public static func sayError(_ text: String) {
        var line = text + "\n"
        line.withUTF8 { _ = Glibc.write(2, $0.baseAddress, $0.count) }
    }

    /// Writes all of `bytes` to descriptor `raw`, waiting for room also where somebody made it non-blocking.
    public static func write(_ bytes: [UInt8], to raw: Int32) throws(SystemError) {
        var written = 0
        while written < bytes.count {
            do throws(SystemError) {
                written += try check("write") {
                    bytes.withUnsafeBytes {
                        Glibc.write(raw, $0.baseAddress?.advanced(by: written), bytes.count - written)
                    }
                }
            } catch {
                guard error.code == EAGAIN else { throw error }
                Poll.writable(raw, milliseconds: -1)
            }
        }
    }
}

/// Limits of this process.
public enum ProcessLimits {
    /// Raises the number of open files to what the hard limit allows.
    public static func raiseOpenFiles() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// Why this process cannot open anything at the moment ("Too many open files"); nil when it can.
    public static var whyNothingOpens: String? {
        do throws(SystemError) {
            _ = try Descriptor(opening: "/", O_RDONLY | O_DIRECTORY)
            return nil
        } catch {
            return [EMFILE, ENFILE, ENOMEM].contains(error.code) ? errorText(error.code) : nil
        }
    }

    /// Sets the umask.
    public static func setFileMask(_ mask: UInt32) {
        umask(mask)
    }
}
