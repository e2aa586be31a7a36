// SPDX-License-Identifier: Apache-2.0

internal import HostCore

/// Everything that the tending child has to know: the lines of `LoggerMessage`, one set, no more than hostd told.
struct TendingPlan: Equatable {
    /// A log that hostd named, and its settings.
    struct Log: Equatable {
        var name: String
        var settings: LogSpecification
    }

    var logs: [Log] = []
    /// The rotated files of all logs together take no more; nil: no limit.
    var hostTotalBytes: UInt64?

    /// Logs that other programs write.
    var foreign: [ForeignLogSpecification] = []

    var isEmpty: Bool { logs.isEmpty && hostTotalBytes == nil && foreign.isEmpty }

    var text: String {
        let host = hostTotalBytes.map { LoggerMessage.host(totalBytes: $0).line } ?? ""
        return host + logs.map { LoggerMessage.log(name: $0.name, $0.settings).line }.joined()
            + foreign.map { LoggerMessage.foreign($0).line }.joined()
    }

    init() {}

    /// Reads a text; lines that are none are passed over.
    init(text: String) {
        for line in text.split(separator: "\n") {
            switch LoggerMessage(line: line) {
            case .log(let name, let settings)?: logs.append(Log(name: name, settings: settings))
            case .host(let total)?: hostTotalBytes = total
            case .foreign(let log)?: foreign.append(log)
            default: break
            }
        }
    }
}
