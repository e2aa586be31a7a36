// SPDX-License-Identifier: Apache-2.0

import HostWire
import Synchronization
import TestKit

/// What came in, gathered by the threads of a server.
final class Gathered: Sendable {
    private let texts = Mutex<[String]>([])
    private let isDown = Mutex(false)

    var all: [String] { texts.withLock { $0 } }

    func add(_ text: String) { texts.withLock { $0.append(text) } }

    /// Whether the server hangs up on everybody.
    var down: Bool {
        get { isDown.withLock { $0 } }
        set { isDown.withLock { $0 = newValue } }
    }
}

/// A server that takes webhooks.
final class WebhookReceiver {
    let gathered = Gathered()
    /// So many hung up on while it was down.
    let refused = Gathered()
    private let server: TinyServer

    init() throws {
        let (gathered, refused) = (gathered, refused)
        server = try TinyServer { connection in
            let head = connection.readHead()
            let field = head.lowercased().split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
            let length = field.flatMap { Int($0.dropFirst("content-length:".count).filter { $0 != " " }) } ?? 0
            let body = connection.read(length)
            if gathered.down { return refused.add(body) }
            gathered.add(body)
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok")
        }
    }

    var url: String { "http://127.0.0.1:\(server.port)/hook/very-secret-token" }

    /// The bodies so far.
    func bodies() throws -> [JSON] { try gathered.all.map { try JSON(parsing: Array($0.utf8)) } }

    /// Waits until so many have come; the last one.
    func wait(for count: Int, seconds: Double = 30) throws -> JSON {
        try waitUntil("\(count) webhooks, have \(gathered.all)", seconds: seconds) { gathered.all.count >= count }
        return try bodies()[count - 1]
    }
}

/// An SMTP server, as far as a sender needs one.
final class MailReceiver {
    let gathered = Gathered()
    private let server: TinyServer

    init() throws {
        let gathered = gathered
        server = try TinyServer { connection in
            connection.send("220 test ESMTP\r\n")
            var mail = ""
            while let line = connection.readLine() {
                let word = line.prefix(4).uppercased()
                mail += line + "\n"
                switch word {
                case "EHLO": connection.send("250-test\r\n250 8BITMIME\r\n")
                case "DATA":
                    connection.send("354 go on\r\n")
                    while let text = connection.readLine(), text != "." { mail += text + "\n" }
                    gathered.add(mail)
                    connection.send("250 taken\r\n")
                case "QUIT":
                    connection.send("221 bye\r\n")
                    return
                default: connection.send("250 fine\r\n")
                }
            }
        }
    }

    var url: String { "smtp://127.0.0.1:\(server.port)" }
}
