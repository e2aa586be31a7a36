// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import HostFetch
import HostLinux
import HostLoop
import Synchronization
import TestKit

@testable import HostRuntime

/// What a server says to one path.
nonisolated struct Answer: Sendable {
    var status = "200 OK"
    var body: [UInt8] = []
    var headers: [String] = []
    /// The length that the head says, where that is another one.
    var announced: Int?

    init(status: String, headers: [String] = []) {
        self.status = status
        self.headers = headers
    }

    init(_ text: String, announced: Int? = nil) {
        body = Array(text.utf8)
        self.announced = announced
    }
}

/// Serves what a test offers, with an ETag that is the content's hash.
nonisolated final class SourceServer: Sendable {
    private struct State {
        var offers: [String: Answer] = [:]
        var statuses: [String] = []
        var heads: [String] = []
    }

    let port: UInt16
    private let server: TinyServer
    private let state: Shared

    private final class Shared: Sendable {
        let state = Mutex(State())
    }

    init() throws {
        let shared = Shared()
        state = shared
        server = try TinyServer { connection in
            let head = connection.readHead()
            let parts = head.split(separator: " ")
            let path = parts.count > 1 ? String(parts[1]) : ""
            let offer = shared.state.withLock { $0.offers[path] } ?? Answer(status: "404 Not Found")
            let etag = "\"\(SHA256.hex(of: offer.body).prefix(16))\""
            let isSame = offer.status == "200 OK" && head.contains("If-None-Match: \(etag)\r\n")
            let status = isSame ? "304 Not Modified" : offer.status
            shared.state.withLock { state in
                if !path.hasSuffix(".sig") { state.statuses.append(String(status.prefix(3))) }
                state.heads.append(head)
            }
            let body = isSame ? [] : offer.body
            let lines =
                ["HTTP/1.1 \(status)", "ETag: \(etag)", "Connection: close"]
                + (isSame ? [] : ["Content-Length: \(offer.announced ?? body.count)"]) + offer.headers + ["", ""]
            connection.send(bytes: Array(lines.joined(separator: "\r\n").utf8) + body)
        }
        port = server.port
    }

    /// The statuses of the answers for policies.
    var statuses: [String] { state.state.withLock { $0.statuses } }

    /// The heads of all requests.
    var heads: [String] { state.state.withLock { $0.heads } }

    func offer(_ path: String, _ text: String) { offer(path, Answer(text)) }

    func offer(_ path: String, bytes: [UInt8]) {
        var answer = Answer("")
        answer.body = bytes
        offer(path, answer)
    }

    func offer(_ path: String, _ answer: Answer) { state.state.withLock { $0.offers[path] = answer } }
}

/// A source with a folder and a server of its own. Each `fetch` is the first one of another hostd.
final class SourceUnderTest {
    let server: SourceServer
    let folder: TemporaryFolder
    var settings: ModelSourceSettings
    let url: String
    /// What the newest hostd told.
    private(set) var news: [String] = []
    private(set) var address = ""

    var path: String { folder.path + "/models/source.toml" }

    init() throws {
        server = try SourceServer()
        folder = try TemporaryFolder()
        url = "http://127.0.0.1:\(server.port)/models.toml"
        settings = ModelSourceSettings(url: url)
    }

    /// What is wrong after one request; nil: nothing is.
    func fetch() throws -> String? {
        let loop = try TestLoop()
        let files = try Worker(loop: loop.events, lane: "files", limit: 64)
        let fetcher = Fetcher(loop: loop.events, lookups: Resolver(loop: loop.events))
        let source = PolicySource(
            loop: loop.events, files: files, fetcher: fetcher, folder: folder.path + "/models", seed: 1)
        var outcome: String?
        news = []
        source.told = { news in
            if case .failed(let why) = news { self.news.append(why) }
        }
        source.configure(settings)
        source.fetchNow { problem in
            outcome = problem
            loop.stop()
        }
        try loop.run(until: "the policy")
        // Work of one lane is done in order: what was left to note is written.
        files.submit {
        } then: { (_: WorkOutcome<Void>) in
            loop.stop()
        }
        try loop.run(until: "the end of the lane")
        address = source.address
        return outcome
    }

    func kept() throws -> String { try Files.readText(path) }
}

/// Throwaway keys of gpg, and what they sign.
final class PolicyKeys {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
    }

    func ring(_ name: String) -> String { "\(folder.path)/\(name)/ring.gpg" }

    func make(_ name: String) throws {
        _ = try NodeRelease.shell(
            """
            mkdir -m 700 "$1" && cd "$1"
            gpg --homedir . --batch --quiet --passphrase '' --quick-generate-key "$2" rsa2048 sign never 2>/dev/null
            gpg --homedir . --batch --quiet --export > ring.gpg
            gpgconf --homedir . --kill all
            """, ["\(folder.path)/\(name)", name])
    }

    /// The detached signature of a text.
    func sign(_ text: String, as name: String) throws -> [UInt8] {
        let (file, signature) = (folder.path + "/text", folder.path + "/signature")
        try Files.replace(file, with: text.utf8)
        _ = try NodeRelease.shell(
            """
            gpg --homedir "$1" --batch --yes --quiet --output "$3" --detach-sign "$2"
            gpgconf --homedir "$1" --kill all
            """, ["\(folder.path)/\(name)", file, signature])
        return try Files.read(signature)
    }
}
