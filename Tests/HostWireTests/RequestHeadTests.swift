// SPDX-License-Identifier: Apache-2.0

import HostLinux
import Testing

@testable import HostControl

/// What counts as a header, before libmicrohttpd sees it.
struct RequestHeadTests {
    private func head(_ text: String) throws -> RequestHead { try RequestHead(Array((text + "\r\n\r\n").utf8)) }

    private func status(_ text: String) -> Int? {
        do {
            _ = try head(text)
            return nil
        } catch {
            return (error as? Refusal)?.status
        }
    }

    @Test func itsPartsAreRead() throws {
        let head = try head(
            "POST /v1/x?y=%20 HTTP/1.1\r\nHost: hostd\r\nAccept: a/b\r\naccept:c/d\r\nContent-Length: 12\r\nX:  y \t")
        #expect(head.method == "POST")
        #expect(head.target == "/v1/x?y=%20")
        #expect(head.bodyBytes == 12)
        #expect(head.fields == ["host": "hostd", "accept": "a/b, c/d", "content-length": "12", "x": "y"])
    }

    @Test(arguments: [
        "GET / HTTP/1.1", "GET / HTTP/1.1\r\nHost: a\r\nHost: b", "GET  / HTTP/1.1\r\nHost: h",
        "get / HTTP/1.1\r\nHost: h",
        "GET / HTTP/1.1 \r\nHost: h", "GET / HTTP/1.1\r\nHost : h", "GET / HTTP/1.1\r\n: h", "GET / HTTP/1.1\r\nHost",
        "GET / HTTP/1.1\r\nHost: h\r\n folded", "GET / HTTP/1.1\r\nHost: h\nX: y", "GET / HTTP/1.1\r\nHost: h\u{0}",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: -1", "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1",
        "GET / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked",
        "GET /\u{7F} HTTP/1.1\r\nHost: h",
    ])
    func whatIsLooseIsRefused(text: String) {
        #expect(status(text) == 400)
    }

    @Test func otherVersionsAndCodingsHaveTheirOwnWord() {
        #expect(status("GET / HTTP/2.0\r\nHost: h") == 505)
        #expect(status("GET / HTTP/1.0") == nil)
        #expect(status("GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked") == 501)
        #expect(status("GET / HTTP/1.1\r\nHost: h" + String(repeating: "\r\nX: y", count: 100)) == 431)
    }

    @Test func theEndIsFoundHoweverTheBytesCome() {
        let bytes = Array("GET / HTTP/1.1\r\nHost: h\r\n\r\nbody\r\n\r\n".utf8)
        for split in 0..<bytes.count {
            let first = RequestHead.end(of: Array(bytes[..<split]), from: 0)
            let second = RequestHead.end(of: bytes, from: max(0, split - 3))
            if split >= 27 { #expect(first == 27) } else { #expect(first == nil && second == 27) }
        }
    }
}

/// Who is let in over TCP.
struct ControlNetworkTests {
    private func refusal(_ fields: String..., names: [String] = ["agent-01"]) throws -> Int? {
        let address = try #require(SocketAddress.literals(host: "127.0.0.1", port: 7788)?.first)
        let network = ControlNetwork(address: address, port: 7788, token: Array("secret".utf8), names: names)
        let head = try RequestHead(
            Array(("GET / HTTP/1.1\r\n" + fields.joined(separator: "\r\n") + "\r\n\r\n").utf8))
        do {
            try network.check(head)
            return nil
        } catch {
            return error.status
        }
    }

    private static let token = "Authorization: Bearer secret"

    @Test(arguments: [
        "127.0.0.1:7788", "[::1]:7788", "localhost", "localhost:7788", "AGENT-01:7788", "10.0.0.7", "[::1]",
    ])
    func thisHostGoesByItsAddressesAndNames(host: String) throws {
        #expect(try refusal("Host: \(host)", Self.token) == nil)
    }

    @Test(arguments: [
        "evil.example", "evil.example:7788", "localhost.evil.example", "127.0.0.1.evil.example:7788", "", "[",
    ])
    func aNameOfAnotherIsRefused(host: String) throws {
        #expect(try refusal("Host: \(host)", Self.token) == 421)
    }

    @Test(arguments: [
        "X: y", "Authorization: secret", "Authorization: Bearer", "Authorization: Bearer secre",
        "Authorization: Bearer secrets", "Authorization: Basic secret", "Authorization: Bearer secresecret",
    ])
    func withoutTheTokenNothingIsAnswered(field: String) throws {
        #expect(try refusal("Host: localhost", field) == 401)
    }

    @Test func theSchemeMayBeInAnyCaseAndWebPagesAreRefused() throws {
        #expect(try refusal("Host: localhost", "authorization: bearer secret") == nil)
        #expect(try refusal("Host: localhost", Self.token, "Origin: http://localhost:7788") == 403)
    }

    @Test func anEmptyTokenFitsNothing() {
        #expect(!ControlNetwork.areEqual([], []))
        #expect(!ControlNetwork.areEqual([1], []))
        #expect(ControlNetwork.areEqual([1, 2], [1, 2]))
    }
}
