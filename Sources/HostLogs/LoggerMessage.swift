// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// One line from hostd to hostd-logger.
public enum LoggerMessage: Hashable, Sendable {
    /// Settings of a log.
    case log(name: String, LogSpecification)
    /// What concerns all logs: their files together take no more than so many bytes.
    case host(totalBytes: UInt64)
    /// Keep files in check that another program writes.
    case foreign(ForeignLogSpecification)
    /// Move the bytes of the FIFO into the log; the tail is read first when it exists.
    case pipe(log: String, instance: String, fifo: String, tail: String)
    /// Forget the pipe of this instance.
    case drop(instance: String)
    /// The whole wanted set begins.
    case begin
    /// The whole wanted set has been told.
    case commit
    /// Drain all and end.
    case quit

    /// The longest line in bytes, its newline included.
    public static let lineLimitBytes = 8192

    /// The line with its newline.
    public var line: String {
        switch self {
        case .log(let name, let settings): "log\t\(name)\t\(LogSettingsText.fields(of: settings))\n"
        case .host(let total): "host\ttotal=\(total)\n"
        case .foreign(let log): "foreign\t\(log.name)\t\(ForeignLogText.fields(of: log))\n"
        case .pipe(let log, let instance, let fifo, let tail): "pipe\t\(log)\t\(instance)\t\(fifo)\t\(tail)\n"
        case .drop(let instance): "drop\t\(instance)\n"
        case .begin: "begin\n"
        case .commit: "commit\n"
        case .quit: "quit\n"
        }
    }

    /// Reads a line without its newline; nil when it is no message.
    public init?(line: some StringProtocol) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        switch (fields[0], fields.count) {
        case ("log", 3...):
            guard LogName.isValid(fields[1]), let settings = LogSettingsText.settings(from: fields[2...]) else {
                return nil
            }
            self = .log(name: String(fields[1]), settings)
        case ("host", 2):
            guard fields[1].hasPrefix("total="), let total = UInt64(fields[1].dropFirst(6)) else { return nil }
            self = .host(totalBytes: total)
        case ("foreign", 3...):
            guard let log = ForeignLogText.log(name: fields[1], from: fields[2...]) else { return nil }
            self = .foreign(log)
        case ("pipe", 5):
            guard LogName.isValid(fields[1]), LogName.isInstance(fields[2]), LogName.isPath(fields[3]),
                LogName.isPath(fields[4])
            else { return nil }
            self = .pipe(
                log: String(fields[1]), instance: String(fields[2]), fifo: String(fields[3]), tail: String(fields[4]))
        case ("drop", 2):
            guard LogName.isInstance(fields[1]) else { return nil }
            self = .drop(instance: String(fields[1]))
        case ("begin", 1): self = .begin
        case ("commit", 1): self = .commit
        case ("quit", 1): self = .quit
        default: return nil
        }
    }
}
