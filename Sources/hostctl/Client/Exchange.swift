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

    let socket: String
    let method: String
    let target: Target
    /// How long hostd may be silent.
    let patience: Duration
    /// Called about every `tick` while nothing comes.
    var whileWaiting: () -> Void = {}

    private static let tick: Duration = .milliseconds(200)

    /// Asks and reads the whole answer.
    func perform() throws(Problem) -> HTTPAnswer {
        let connection = try connect()
        var parser = AnswerParser()
        var deadline = Clock.now + patience
        while !parser.isComplete {
            guard wait(for: connection.raw, until: deadline) else { throw .silent(patience) }
            let part = try receive(connection)
            if part.isEmpty { break }
            do throws(AnswerParser.Wrong) { try parser.take(part) } catch { throw .wrong(error) }
            deadline = Clock.now + patience
        }
        do throws(AnswerParser.Wrong) { return try parser.finish() } catch { throw .wrong(error) }
    }

    private func connect() throws(Problem) -> Descriptor {
        let head = [
            "\(method) \(target.text) HTTP/1.1", "Host: hostd", "Accept: application/json", "Connection: close",
        ]
        let length = method == "GET" ? [] : ["Content-Length: 0"]
        do throws(SystemError) {
            let connection = try Sockets.connect(to: socket, within: min(Self.connectLimit, patience))
            do throws(SystemError) {
                try Sockets.sendAll(connection, Array((head + length + ["", ""]).joined(separator: "\r\n").utf8))
            } catch {
                // Whoever refuses us unheard may have said why.
                guard error.code == EPIPE || error.code == ECONNRESET else { throw error }
            }
            return connection
        } catch {
            throw .system(error)
        }
    }

    /// What came; empty at the end.
    private func receive(_ connection: borrowing Descriptor) throws(Problem) -> [UInt8] {
        do throws(SystemError) {
            return try connection.read(upTo: 128 << 10)
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
