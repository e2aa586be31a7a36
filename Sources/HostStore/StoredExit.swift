// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// How an exit is written in a column: `code 1`, `signal 9`, `unknown`, `failed cannot exec /x: …`.
nonisolated extension ExitStatus {
    var column: String {
        switch self {
        case .code(let code): "code \(code)"
        case .signal(let number): "signal \(number)"
        case .failedToStart(let why): "failed \(why.cut(to: TextLimit.reason))"
        case .unknown: "unknown"
        }
    }

    init?(column: String?) {
        guard let column else { return nil }
        let parts = column.split(separator: " ", maxSplits: 1).map(String.init)
        let number = parts.last.flatMap { Int32($0) }
        switch (parts.first, number) {
        case ("code", let number?): self = .code(number)
        case ("signal", let number?): self = .signal(number)
        case ("failed", _) where parts.count == 2: self = .failedToStart(parts[1])
        default: self = .unknown
        }
    }
}
