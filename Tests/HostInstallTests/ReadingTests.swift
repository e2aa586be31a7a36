// SPDX-License-Identifier: Apache-2.0

import HostLinux
import Testing

@testable import HostInstall

/// What is read of a mirror's files and answers, and of what gpgv says.
@Suite struct ReadingTests {
    private static let hash = String(repeating: "0a", count: 32)
    private static let other = String(repeating: "1b", count: 32)

    @Test func aListOfHashesNamesFiles() {
        let list = ChecksumList(
            """
            \(Self.hash)  node-v22.20.0-linux-x64.tar.xz
            \(Self.other.uppercased()) *win-x64/node.exe
            -----BEGIN PGP SIGNATURE-----
            0123  short
            """)
        #expect(list["node-v22.20.0-linux-x64.tar.xz"] == Self.hash)
        #expect(list["win-x64/node.exe"] == Self.other)
        #expect(list["short"] == nil)
    }

    @Test func aHashIsReadAsPeopleWriteIt() {
        #expect(SHA256Text("SHA256:" + Self.hash.uppercased())?.text == Self.hash)
        #expect(SHA256Text(Self.hash + "0") == nil)
        #expect(SHA256Text(String(repeating: "g", count: 64)) == nil)
    }

    @Test func aHeadIsOfTheLastAnswer() {
        var head = AnswerHead()
        for line in ["HTTP/1.1 302 Found", "ETag: \"old\"", "", "HTTP/2 206", "content-range: bytes 5-9/10", ""] {
            head.take(line)
        }
        #expect(head.status == 206)
        #expect(head["etag"] == nil)
        #expect(head.range?.start == 5 && head.range?.total == 10)
        head.take("Content-Range: bytes */10")
        #expect(head.range?.start == nil && head.range?.total == 10)
        head.take("Content-Length: -3")
        #expect(head.length == nil)
    }

    @Test func aGoodSignatureNamesTheWholeFingerprintOfTheKey() {
        let valid = "VALIDSIG SUB 2026-05-18 1 0 4 0 1 10 00 PRIMARY"
        #expect(SignatureReport("gpgv: x\n[GNUPG:] GOODSIG KEY Somebody\n[GNUPG:] \(valid)\n").fingerprint == "PRIMARY")
        #expect(SignatureReport("[GNUPG:] \(valid)\n").problem == nil)
        // What a user's name says on a line of gpgv's own counts for nothing.
        #expect(SignatureReport("gpgv: Good signature from \"[GNUPG:] \(valid)\"").fingerprint == nil)
    }

    @Test(arguments: ["BADSIG", "EXPSIG", "REVKEYSIG", "NO_PUBKEY", "ERRSIG"])
    func oneBadSignatureSpoilsAll(word: String) {
        let report = SignatureReport("[GNUPG:] VALIDSIG A 2026-05-18 1 0 4 0 1 10 00 P\n[GNUPG:] \(word) KEY rest\n")
        #expect(report.problem?.contains("KEY") == true)
    }

    @Test func aMirrorsPasswordIsNotShown() {
        #expect(Mirror("https://u:p@h.example/dist//").shown("v1/x") == "https://h.example/dist/v1/x")
        #expect(Mirror("http://h.example/a@b").shown("x") == "http://h.example/a@b/x")
    }

    @Test func redirectsLeaveHttpsForNothing() {
        #expect(Mirror("HTTPS://h.example").redirectProtocols == "https")
        #expect(Mirror("http://h.example").redirectProtocols == "http,https")
    }

    @Test func aProgramsArchitectureIsReadFromItsHead() {
        var head: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0] + [UInt8](repeating: 0, count: 10) + [0xb7, 0]
        #expect(Machine.node(ofProgram: head) == "arm64")
        head[18] = 0x3e
        #expect(Machine.node(ofProgram: head) == "x64")
        #expect(Machine.node(ofProgram: Array("#!/bin/sh and further text".utf8)) == nil)
        #expect(["linux-x64", "linux-arm64"].contains(Machine.node))
    }
}
