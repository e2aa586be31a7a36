// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// An error number of the kernel together with the call that failed and what it was called on.
public struct SystemError: Error, Equatable, CustomStringConvertible {
    /// The errno value.
    public let code: Int32
    /// The call: `open`, `splice`.
    public let call: String
    /// What it was called on, a path mostly; empty when that says nothing.
    public let subject: String

    /// Describes `call` on `subject` failing with errno `code`.
    public init(code: Int32, call: String, subject: String = "") {
        self.code = code
        self.call = call
        self.subject = subject
    }

    /// "cannot open /x/y: Permission denied".
    public var description: String {
        "cannot \(call)\(subject.isEmpty ? "" : " " + subject): \(errorText(code))"
    }
}

/// What strerror(3) says of an errno value.
public func errorText(_ code: Int32) -> String {
    withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
        guard let base = buffer.baseAddress else { return "error \(code)" }
        guard strerror_r(code, base, 128) == 0 else { return "error \(code)" }
        return String(cString: base)
    }
}

/// Runs `body` again while it is interrupted (EINTR); a negative result throws.
@discardableResult
public func check<Value: SignedInteger>(
    _ call: String, _ subject: @autoclosure () -> String = "", _ body: () -> Value
) throws(SystemError) -> Value {
    while true {
        let result = body()
        if result >= 0 { return result }
        let code = errno
        if code != EINTR { throw SystemError(code: code, call: call, subject: subject()) }
    }
}

extension SystemError {
    /// There is no room: the disk is full, or a quota is used up.
    public var isFullDisk: Bool { code == ENOSPC || code == EDQUOT }

    /// The file system cannot do that.
    public var isUnsupported: Bool { code == EOPNOTSUPP }

    /// There is nothing at that path.
    public var isMissing: Bool { code == ENOENT || code == ENOTDIR }
}
