// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostFetch
internal import HostWire

/// A message of an alert as a mail.
nonisolated extension AlertMail {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    /// A line of a mail may have 998 bytes; a scalar has at most four.
    private static let longestLine = 240

    /// What goes to the server; `password` is that of `user`.
    func delivery(_ message: AlertMessage, host: String, password: String?) -> MailDelivery {
        let name = Self.hostName(host)
        let from = from ?? "hostd@\(name)"
        let at = WallTime(milliseconds: message.occasion.wallMilliseconds)
        let occasion = message.occasion
        let subject = occasion.subject.isEmpty ? "" : " \(occasion.subject)"
        let word = message.status == .firing ? occasion.severity.rawValue : message.status.rawValue
        let head = [
            "From: \(from)", "To: \(to)", "Date: \(Self.date(at))",
            "Message-ID: <\(message.id).\(occasion.wallMilliseconds)@\(name)>",
            "Subject: [\(name)] \(word): \(Self.ascii(occasion.name))\(Self.ascii(subject))",
            "Auto-Submitted: auto-generated", "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: 8bit", "",
        ]
        let body =
            Self.wrapped(message.line(host: host)) + [
                "", "host: \(host)", "what: \(occasion.name)", "status: \(message.status.rawValue)", "at: \(at.text)",
                "",
            ]
        let text = (head + body).map { $0 + "\r\n" }.joined()
        var delivery = MailDelivery(url: "\(server)/\(name)", from: from, to: to, content: Array(text.utf8))
        if let user { delivery.credentials = (user, password ?? "") }
        return delivery
    }

    /// "Tue, 01 Dec 2026 03:04:29 +0000"
    static func date(_ time: WallTime) -> String {
        let text = time.text
        let parts = text.prefix { $0 != "T" }.split(separator: "-")
        guard parts.count == 3, let month = Int(parts[1]), (1...12).contains(month) else { return text }
        let day = Int((time.milliseconds / 86_400_000) % 7)
        let clock = text.drop { $0 != "T" }.dropFirst().prefix { $0 != "." }
        return "\(days[max(0, day)]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(clock) +0000"
    }

    /// The host as mail servers take it.
    private static func hostName(_ host: String) -> String {
        let name = host.utf8.filter { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return name.isEmpty ? "localhost" : String(decoding: name, as: UTF8.self)
    }

    private static func ascii(_ text: String) -> String {
        String(decoding: text.utf8.filter { $0 >= 0x20 && $0 < 0x7F }, as: UTF8.self)
    }

    private static func wrapped(_ text: String) -> [String] {
        var lines: [String] = []
        var line = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if scalar.value < 0x20 || line.count >= longestLine {
                lines.append(String(line))
                line = String.UnicodeScalarView()
            }
            if scalar.value >= 0x20 { line.append(scalar) }
        }
        return lines + [String(line)]
    }
}
