// SPDX-License-Identifier: Apache-2.0

/// One line from hostd-logger to hostd.
public enum LoggerReply: Hashable, Sendable {
    /// The pipe has ended and every byte of it and of its tail is in the file.
    case drained(instance: String)
    /// Something is wrong with this log, or with a line that was sent (`name` is `-` then).
    case error(name: String, text: String)
    /// The program of this foreign log has to make new files.
    case reopen(name: String)
    /// Lines of this log are lost: its disk took no more.
    case lost(name: String, Loss)
    /// A `commit` has been taken.
    case ok

    /// The line with its newline. Tabs and newlines in the text of an error become spaces.
    public var line: String {
        switch self {
        case .drained(let instance): "drained\t\(instance)\n"
        case .error(let name, let text):
            "error\t\(name)\t\(String(text.map { $0 == "\t" || $0.isNewline ? " " : $0 }))\n"
        case .reopen(let name): "reopen\t\(name)\n"
        case .lost(let name, let loss):
            "lost\t\(name)\t\(loss.lines)\t\(loss.bytes)\t\(loss.fromMicroseconds)\t\(loss.toMicroseconds)\n"
        case .ok: "ok\n"
        }
    }

    /// Reads a line without its newline; nil when it is no reply.
    public init?(line: some StringProtocol) {
        if let (name, loss) = Self.loss(line) {
            self = .lost(name: name, loss)
            return
        }
        let fields = line.split(separator: "\t", maxSplits: 2, omittingEmptySubsequences: false)
        switch (fields[0], fields.count) {
        case ("drained", 2): self = .drained(instance: String(fields[1]))
        case ("error", 3): self = .error(name: String(fields[1]), text: String(fields[2]))
        case ("reopen", 2): self = .reopen(name: String(fields[1]))
        case ("ok", 1): self = .ok
        default: return nil
        }
    }

    private static func loss(_ line: some StringProtocol) -> (name: String, Loss)? {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false)
        guard fields.count == 6, fields[0] == "lost", let lines = Int(fields[2]), let bytes = Int(fields[3]),
            let from = Int64(fields[4]), let to = Int64(fields[5]), lines >= 0, bytes >= 0
        else { return nil }
        return (String(fields[1]), Loss(lines: lines, bytes: bytes, fromMicroseconds: from, toMicroseconds: to))
    }
}
