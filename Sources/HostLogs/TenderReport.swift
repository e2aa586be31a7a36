// SPDX-License-Identifier: Apache-2.0

/// One line from the tending child to its logger.
enum TenderReport: Equatable {
    /// Something could not be done for this log.
    case error(name: String, text: String)
    /// The program of this foreign log has to make new files.
    case reopen(name: String)
    /// It is to look again after so many seconds.
    case again(seconds: Int64)

    /// The line with its newline.
    var line: String {
        switch self {
        case .error(let name, let text): LoggerReply.error(name: name, text: text).line
        case .reopen(let name): LoggerReply.reopen(name: name).line
        case .again(let seconds): "again\t\(seconds)\n"
        }
    }

    /// Reads a line without its newline; nil when it is no report.
    init?(line: some StringProtocol) {
        switch LoggerReply(line: line) {
        case .error(let name, let text)?:
            self = .error(name: name, text: text)
            return
        case .reopen(let name)?:
            self = .reopen(name: name)
            return
        default: break
        }
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        switch (fields[0], fields.count) {
        case ("again", 2):
            guard let seconds = Int64(fields[1]), seconds >= 0 else { return nil }
            self = .again(seconds: seconds)
        default: return nil
        }
    }
}
