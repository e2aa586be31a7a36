// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// What is hidden in texts that are kept; docs/crashes.md.
@Suite struct SecretMaskTests {
    private let mask = SecretMask()

    @Test(arguments: [
        ("using sk-\(String(repeating: "a1-", count: 8)) now", "using sk-*** now"),
        ("Authorization: Bearer abcdefgh12345678==", "Authorization: Bearer ***"),
        ("authorization: basic dXNlcjpwYXNzd29yZA==, then", "authorization: basic ***, then"),
        ("x-api-key: 0123456789abcdef", "x-api-key: ***"),
        (#"{"apiKey": "abc def", "model": "m"}"#, #"{"apiKey": "***", "model": "m"}"#),
        (#"{\"api_key\":\"abc\",\"n\":1}"#, #"{\"api_key\":\"***\",\"n\":1}"#),
        ("password=hunter2&user=me", "password=***&user=me"),
        ("DB_PASSWORD='a b c' ok", "DB_PASSWORD='***' ok"),
        ("client-secret = x1 y", "client-secret = *** y"),
        ("Cookie: a=1; session=2", "Cookie: ***"),
        ("postgres://me:s3cret@db:5432/x", "postgres://me:***@db:5432/x"),
        ("token ghp_abcdefghijklmnopqrstuvwxyz0123", "token ghp_***"),
        ("AKIAABCDEFGHIJKLMNOP is a key id", "AKIA*** is a key id"),
        ("jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc", "jwt eyJ***"),
    ])
    func whatLooksLikeASecretIsHidden(text: String, shown: String) {
        #expect(mask.masked(text) == shown)
    }

    @Test(arguments: [
        "max_tokens=4096 input_tokens: 12", "GET /v1/models 200 in 3 ms", "key: value, primary_key=12",
        "task-sk-1 and sk-1 are no keys", "listen EADDRINUSE: address already in use :::18789",
        "http://127.0.0.1:18789/healthz", "at 12:30:45 user@host said: hello", "bearer of bad news",
        "basic information", "", "=", "a=", "::",
    ])
    func whatDoesNotStays(text: String) {
        #expect(mask.masked(text) == text)
    }

    @Test func valuesOfSecretVariablesAreHiddenWhereverTheyStand() {
        let mask = SecretMask(environment: [
            "OPENAI_API_KEY=plainwords", "MY_PASS=longer plainwords", "LOG_LEVEL=information", "SHORT_TOKEN=abc",
            "NO_EQUALS", "DEPLOY_KEY=first line\nsecond line",
        ])
        #expect(mask.masked("xplainwordsx and longer plainwords") == "x***x and ***")
        #expect(mask.masked("information abc") == "information abc")
        #expect(mask.masked("the second line, the first line") == "the ***, the ***")
        #expect(mask.masked("plainword") == "plainword")
    }

    @Test func aPrivateKeyIsHiddenAsAWhole() {
        var mask = SecretMask()
        let lines = ["-----BEGIN RSA PRIVATE KEY-----", "MIIEow", "abc", "-----END RSA PRIVATE KEY-----", "after"]
        #expect(lines.map { mask.maskedLine($0) } == ["***", "***", "***", "***", "after"])
        #expect(mask.maskedLine("-----BEGIN PRIVATE KEY----- x -----END PRIVATE KEY-----") == "***")
        #expect(mask.maskedLine("-----BEGIN CERTIFICATE-----") == "-----BEGIN CERTIFICATE-----")
    }

    @Test func bytesThatAreNoTextDoNoHarm() {
        var random = SystemRandomNumberGenerator()
        for _ in 0..<500 {
            let bytes = (0..<Int.random(in: 0...60, using: &random)).map { _ in
                Array("=:\"' \\@/sk-bearer token_é\u{1}".utf8).randomElement(using: &random) ?? 0
            }
            _ = mask.masked(String(decoding: bytes, as: UTF8.self))
        }
    }
}
