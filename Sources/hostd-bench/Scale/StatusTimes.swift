// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// How long a whole status takes, of all services at once.
struct StatusTimes {
    /// GET /v1/status over the control socket, a connection each.
    private(set) var socket: [Duration] = []
    /// `hostctl status --json`, from its start to its end.
    private(set) var program: [Duration] = []
    /// What an answer has.
    private(set) var bytes = 0

    private static let patience: Duration = .seconds(30)

    /// Asks the hostd in `folder` so often each way.
    init(folder: String, requests: Int, calls: Int) throws {
        for _ in 0..<requests {
            let began = Clock.now
            bytes = try Self.ask(folder).count
            socket.append(Clock.now - began)
        }
        let null = try Descriptor(opening: "/dev/null", 1)
        for _ in 0..<calls {
            let began = Clock.now
            let process = try BenchProcess(
                BenchPrograms.built("hostctl"), ["status", "--json", "--dir", folder], output: null.raw)
            try process.finish()
            program.append(Clock.now - began)
        }
    }

    /// Waits until all services are ready.
    static func waitReady(_ services: Int, folder: String) throws {
        let end = Clock.now + patience
        while count(of: "\"ready\":true", in: try ask(folder)) < services {
            guard Clock.now < end else { throw BenchError("not all services were ready in \(patience.text)") }
            Pause.sleep(.milliseconds(20))
        }
    }

    private static func ask(_ folder: String) throws -> [UInt8] {
        let connection = try Sockets.connect(to: folder + "/run/hostd.sock", within: patience)
        try Sockets.sendAll(connection, Array("GET /v1/status HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8))
        var answer: [UInt8] = []
        while true {
            let part = try connection.read(upTo: 1 << 20)
            if part.isEmpty { return answer }
            answer += part
        }
    }

    /// In the bytes themselves: an answer has hundreds of kilobytes.
    private static func count(of text: String, in bytes: [UInt8]) -> Int {
        let wanted = Array(text.utf8)
        var count = 0
        bytes.withUnsafeBufferPointer { buffer in
            for start in 0..<max(0, buffer.count - wanted.count + 1) where buffer[start] == wanted[0] {
                if zip(buffer[start...], wanted).allSatisfy({ $0 == $1 }) { count += 1 }
            }
        }
        return count
    }
}
