// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit

/// A client of `GET /v1/events` that follows.
final class EventReader {
    /// One server-sent event.
    struct Event {
        var id: Int64?
        var name = ""
        var data = ""

        /// The entry that it carries.
        func record() throws -> EventRecord {
            let page = try JSON(parsing: Array("{\"events\":[\(data)],\"last_id\":0}".utf8))
            guard let record = try EventPage(json: page).events.first else { throw TimedOut(event: "a record") }
            return record
        }
    }

    /// All events so far.
    private(set) var events: [Event] = []
    /// The lines that are comments.
    private(set) var comments: [String] = []
    /// What the client would send as Last-Event-ID.
    private(set) var lastID: Int64?
    /// The status line and the header.
    private(set) var head = ""
    /// The server has ended.
    private(set) var isOver = false
    private let socket: Descriptor
    private var raw: [UInt8] = []
    private var text: [UInt8] = []
    private var hasHead = false

    /// Begins to follow; `fields` are further lines of the header.
    init(_ socketPath: String, _ query: String = "", fields: [String] = []) throws {
        socket = try Sockets.connect(to: socketPath)
        let lines = ["GET /v1/events\(query) HTTP/1.1", "Host: hostd", "Accept: text/event-stream"] + fields
        try Sockets.sendAll(socket, Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        try read("the header of the stream") { self.hasHead }
    }

    /// Reads until `condition` holds.
    func read(_ what: String, seconds: Double = 30, until condition: () throws -> Bool) throws {
        try waitUntil(what, seconds: seconds) {
            var entry = pollfd(fd: socket.raw, events: Int16(POLLIN), revents: 0)
            while !isOver, poll(&entry, 1, 0) > 0 { take() }
            return try condition()
        }
    }

    /// The entries so far.
    func records() throws -> [EventRecord] { try events.filter { $0.name.isEmpty }.map { try $0.record() } }

    private func take() {
        guard let part = try? socket.read(upTo: 65536), !part.isEmpty else {
            isOver = true
            return
        }
        raw += part
        if !hasHead {
            guard let end = raw.indices.first(where: { raw[$0...].starts(with: [13, 10, 13, 10]) }) else { return }
            head = String(decoding: raw[..<end], as: UTF8.self)
            raw.removeSubrange(..<(end + 4))
            hasHead = true
        }
        takeChunks()
        takeEvents()
    }

    private func takeChunks() {
        guard head.contains("Transfer-Encoding: chunked") else {
            text += raw
            raw = []
            return
        }
        while let end = raw.firstIndex(of: 10) {
            let size = Int(String(decoding: raw[..<end].dropLast(), as: UTF8.self), radix: 16) ?? 0
            guard raw.count >= end + 1 + size + 2 else { return }
            text += raw[(end + 1)..<(end + 1 + size)]
            raw.removeSubrange(..<(end + 1 + size + 2))
        }
    }

    private func takeEvents() {
        while let end = text.indices.dropFirst().first(where: { text[$0] == 10 && text[$0 - 1] == 10 }) {
            var event = Event()
            for line in String(decoding: text[..<end], as: UTF8.self).split(separator: "\n") {
                if line.hasPrefix(":") { comments.append(String(line)) }
                if line.hasPrefix("id: ") { event.id = Int64(line.dropFirst(4)) }
                if line.hasPrefix("event: ") { event.name = String(line.dropFirst(7)) }
                if line.hasPrefix("data: ") { event.data += line.dropFirst(6) }
            }
            text.removeSubrange(...end)
            lastID = event.id ?? lastID
            if !event.data.isEmpty { events.append(event) }
        }
    }
}
