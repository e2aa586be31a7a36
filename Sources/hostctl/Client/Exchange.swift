// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLinux

/// One request and its answer, on a connection of its own.
struct Exchange {
    /// Why there is no answer.
    enum Problem: Error {
        case system(SystemError)
        /// Nothing came for so long.
        case silent(Duration)
        case wrong(AnswerParser.Wrong)
    }

    private static let connectLimit: Duration = .seconds(5)
    private static let tick: Duration = .milliseconds(200)

    let socket: String
    let method: String
    let target: Target
    /// JSON, or nothing.
    var body: [UInt8] = []
    /// How long hostd may be silent.
    let patience: Duration
    /// Called about every `tick` while nothing comes.
    var whileWaiting: () -> Void = {}

    /// Asks and reads the whole answer.
    func perform() throws(Problem) -> HTTPAnswer {
        let connection = try connect(["Accept: application/json"])
        var parser = AnswerParser()
        while !parser.isComplete {
            let part = try receive(connection, until: Clock.now + patience)
            if part.isEmpty { break }
            do throws(AnswerParser.Wrong) { try parser.take(part) } catch { throw .wrong(error) }
        }
        do throws(AnswerParser.Wrong) { return try parser.finish() } catch { throw .wrong(error) }
    }

    /// Sends the request, with `fields` in its header.
    func connect(_ fields: [String]) throws(Problem) -> Descriptor {
        var head = ["\(method) \(target.text) HTTP/1.1", "Host: hostd", "Connection: close"] + fields
        if method != "GET" { head.append("Content-Length: \(body.count)") }
        if !body.isEmpty { head.append("Content-Type: application/json") }
        do throws(SystemError) {
            let connection = try Sockets.connect(to: socket, within: min(Self.connectLimit, patience))
            do throws(SystemError) {
                try Sockets.sendAll(
                    connection, Array((head + ["", ""]).joined(separator: "\r\n").utf8) + body)
            } catch {
                // Whoever refuses us unheard may have said why.
                guard error.code == EPIPE || error.code == ECONNRESET else { throw error }
            }
            return connection
        } catch {
            throw .system(error)
        }
    }

    /// What came; empty at the end. Fails when nothing comes until `deadline`.
    func receive(_ connection: borrowing Descriptor, until deadline: Instant) throws(Problem) -> [UInt8] {
        guard wait(for: connection.raw, until: deadline) else { throw .silent(patience) }
        return try Self.received(connection)
    }

    /// What came; empty at the end.
    static func received(_ connection: borrowing Descriptor) throws(Problem) -> [UInt8] {
        do throws(SystemError) {
            return try connection.read(upTo: 256 << 10)
        } catch {
            // So ends a connection whose other side did not want to read all of the question.
            if error.code == ECONNRESET { return [] }
            throw .system(error)
        }
    }

    /// False when nothing came until `deadline`.
    private func wait(for raw: Int32, until deadline: Instant) -> Bool {
        while true {
            let left = min(deadline - Clock.now, Self.tick)
            if Poll.readable(raw, milliseconds: Int32(max(0, left.nanoseconds / 1_000_000))) { return true }
            if Clock.now >= deadline { return false }
            whileWaiting()
        }
    }
}
