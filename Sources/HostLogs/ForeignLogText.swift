// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// The settings of a foreign log as fields of a message: `path=/tmp/x/*.log`, `method=rename` and so on. Bytes that
/// would end a field stand as `%09`. A field that this version does not know is passed over.
enum ForeignLogText {
    static func fields(of log: ForeignLogSpecification) -> String {
        var fields = ["path=\(escape(log.path))", "method=\(log.method.rawValue)"]
        if let size = log.maxSizeBytes { fields.append("max_size=\(size)") }
        if let keep = log.keep { fields.append("keep=\(keep)") }
        if log.maxAge > .zero { fields.append("max_age=\(LogSettingsText.wholeSeconds(log.maxAge))") }
        if let total = log.totalBytes { fields.append("total=\(total)") }
        if let user = log.user { fields.append("user=\(escape(user))") }
        switch log.reopen {
        case .signal(let number, let service)?: fields += ["signal=\(number)", "service=\(service)"]
        case .exec(let command)?: fields += command.map { "exec=" + escape($0) }
        case nil: break
        }
        return fields.joined(separator: "\t")
    }

    /// nil when the name, the path or another value cannot be.
    static func log(name: some StringProtocol, from fields: some Sequence<some StringProtocol>)
        -> ForeignLogSpecification?
    {
        guard let name = ServiceName(String(name)) else { return nil }
        var log = ForeignLogSpecification(name: name, path: "")
        var signal: Int32?
        var command: [String] = []
        for field in fields {
            guard let equals = field.firstIndex(of: "=") else { return nil }
            let value = unescape(field[field.index(after: equals)...])
            switch field[..<equals] {
            case "signal":
                signal = Int32(value)
            case "service":
                guard let signal, let service = ServiceName(value) else { return nil }
                log.reopen = .signal(signal, service: service)
            case "exec":
                command.append(value)
                log.reopen = .exec(command)
            default:
                guard take(String(field[..<equals]), value, into: &log) else { return nil }
            }
        }
        return LogName.isPath(log.path) ? log : nil
    }

    private static func take(_ key: String, _ value: String, into log: inout ForeignLogSpecification) -> Bool {
        switch key {
        case "path": log.path = value
        case "user": log.user = value
        case "method":
            guard let method = ForeignLogSpecification.Method(rawValue: value) else { return false }
            log.method = method
        case "max_size":
            guard let size = UInt64(value) else { return false }
            log.maxSizeBytes = size
        case "keep":
            guard let keep = Int(value), keep >= 0 else { return false }
            log.keep = keep
        case "max_age":
            guard let seconds = Int64(value), seconds >= 0 else { return false }
            log.maxAge = .seconds(seconds)
        case "total":
            guard let total = UInt64(value) else { return false }
            log.totalBytes = total
        default: break
        }
        return true
    }

    private static func escape(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "%": result += "%25"
            case "\t": result += "%09"
            case "\n": result += "%0A"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescape(_ text: some StringProtocol) -> String {
        String(text).replacing("%09", with: "\t").replacing("%0A", with: "\n").replacing("%25", with: "%")
    }
}
