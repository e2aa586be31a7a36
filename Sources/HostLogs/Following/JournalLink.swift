// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// The way of lines to the journal, and how many of each service may go it.
final class JournalLink {
    private let sender: DatagramSender
    private var rates: [String: LineRate] = [:]

    /// For journald, or for who listens where HOSTD_JOURNAL_SOCKET says.
    init() throws(SystemError) {
        let named = getenv("HOSTD_JOURNAL_SOCKET").map { String(cString: $0) }
        sender = try DatagramSender(to: named ?? JournalEntry.socketPath)
    }

    /// Sends an entry. EAGAIN: the journal does not keep up.
    func send(_ entry: JournalEntry) throws(SystemError) {
        switch sender.send(entry: entry) {
        case .sent: return
        case .full: throw SystemError(code: EAGAIN, call: "send", subject: "to the journal")
        case .failed(let code): throw SystemError(code: code, call: "send", subject: "to the journal")
        }
    }

    /// Changes how many lines of a service may pass.
    func rate<Result>(of service: String, _ body: (inout LineRate) -> Result) -> Result {
        body(&rates[service, default: LineRate()])
    }
}
