// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What probes ask: URLs, addresses, statuses.
struct AddressTests {
    @Test(arguments: [
        "http://127.0.0.1:8080/healthz", "https://example.com", "http://[::1]:80/x?y=z#f", "HTTP://localhost/",
    ])
    func urls(url: String) throws {
        #expect(try service("live = { http = \"\(url)\" }").live?.target == .http(url: url, expected: 200...299))
    }

    @Test(arguments: [
        ("127.0.0.1:80", #""127.0.0.1:80" has no scheme (write "http://127.0.0.1:80")"#),
        ("", "is empty (write a URL)"),
        ("ftp://x/", #""ftp://x/" has the scheme "ftp" (write "http" or "https")"#),
        ("http://", #""http://" has no host (write one like "http://127.0.0.1/")"#),
        ("http:///path", #""http:///path" has no host (write one like "http://127.0.0.1/")"#),
        ("http://user:secret@x/", "has a user name or password in it (give the URL without)"),
        ("http://x y/", #""http://x y/" has a space or another character that no URL has (write it as %20)"#),
        ("http://x:0/", "port 0 is out of range (1 to 65535)"),
        ("http://x:65536/", "port 65536 is out of range (1 to 65535)"),
        ("http://x:+80/", #"port "+80" is no number (1 to 65535)"#),
        ("http://x:/", #""http://x:/" has no port after ":" (write one like ":80")"#),
        ("http://[::1/", #""[::1" has no "]" (write one like "[::1]:80")"#),
        ("http://::1/", #""::1" is an IPv6 address without brackets (write one like "[::1]:80")"#),
    ])
    func urlsThatAreNone(url: String, message: String) {
        #expect(error("live = { http = \"\(url)\" }") == "17: service.a.live.http: \(message)")
    }

    @Test(arguments: [("localhost:80", "localhost", 80), ("[::1]:65535", "::1", 65535), ("a_b.c-d:1", "a_b.c-d", 1)])
    func addresses(text: String, host: String, port: UInt16) throws {
        #expect(try service("ready = { tcp = \"\(text)\" }").ready?.target == .tcp(host: host, port: port))
    }

    @Test(arguments: [
        ("x", #""x" has no port (write "x:80")"#), (":80", #"":80" has no host (write one like "127.0.0.1")"#),
        ("[::1]", #""[::1]" has no port (write "[::1]:80")"#),
        ("::1:80", #""::1:80" is an IPv6 address without brackets (write one like "[::1]:80")"#),
        ("x:http", #"port "http" is no number (1 to 65535)"#), ("x:70000", "port 70000 is out of range (1 to 65535)"),
        ("a b:80", #""a b" is no host (write one like "127.0.0.1" or "localhost")"#),
        ("", #""" has no port (write "127.0.0.1:80")"#),
    ])
    func addressesThatAreNone(text: String, message: String) {
        #expect(error("live = { tcp = \"\(text)\" }") == "16: service.a.live.tcp: \(message)")
    }

    @Test(arguments: [("200", 200...200), ("\"200-299\"", 200...299), ("\"404\"", 404...404)])
    func statuses(value: String, expected: ClosedRange<Int>) throws {
        let live = try service("live = { http = \"http://x/\", expect = \(value) }").live
        #expect(live?.target == .http(url: "http://x/", expected: expected))
    }

    @Test func severalStatuses() throws {
        let live = try service("live = { http = \"http://x/\", expect = [200, \"300-399\"] }").live
        #expect(live?.target == .http(HTTPQuestion(url: "http://x/", expected: [200...200, 300...399])))
    }

    @Test(arguments: [
        ("99", "99 is out of range (100 to 599)"),
        ("\"299-200\"", "\"299-200\" is no range of statuses (write one like \"200-299\")"),
        ("\"+200\"", "\"+200\" is no range of statuses (write one like \"200-299\")"),
        ("\"2xx\"", "\"2xx\" is no range of statuses (write one like \"200-299\")"),
        ("[]", "is empty (write one like [200, \"300-399\"])"),
        ("true", "true is a boolean (write a status, like 200 or \"200-299\")"),
    ])
    func statusesThatAreNone(value: String, message: String) {
        #expect(
            error("live = { http = \"http://x/\", expect = \(value) }") == "39: service.a.live.expect: \(message)")
    }
}
