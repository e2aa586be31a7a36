// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostLinux
import TestKit
import Testing

@testable import HostRuntime

/// A policy that comes over HTTP from a real server, with real signatures.
@Suite struct PolicySourceTests {
    private let subject: SourceUnderTest
    private static let policy = "[tier.agent]\nmodel = \"a/one\"\n"
    private static let other = "[tier.agent]\nmodel = \"b/two\"\n"

    init() throws {
        subject = try SourceUnderTest()
        subject.server.offer("/models.toml", Self.policy)
    }

    @Test func whatComesIsKeptForItsOwnerAlone() throws {
        #expect(try subject.fetch() == nil)
        #expect(try subject.kept() == Self.policy)
        #expect(try FileStatus(at: subject.path).rights == 0o600)
        #expect(subject.news == [])
        #expect(subject.address == subject.url)
    }

    @Test func aPolicyThatHasNotChangedIsNotSentAgainNorWritten() throws {
        #expect(try subject.fetch() == nil)
        let before = try FileStatus(at: subject.path)
        #expect(try subject.fetch() == nil, "the next hostd knows the ETag")
        #expect(subject.server.statuses == ["200", "304"])
        let after = try FileStatus(at: subject.path)
        #expect(before.inode == after.inode && before.modifiedMicroseconds == after.modifiedMicroseconds)
        subject.server.offer("/models.toml", Self.other)
        #expect(try subject.fetch() == nil)
        #expect(try subject.kept() == Self.other)
        #expect(subject.server.statuses == ["200", "304", "200"])
    }

    @Test func aFileThatSomebodyTookAwayOrChangedIsFetchedInFull() throws {
        #expect(try subject.fetch() == nil)
        try Files.remove(subject.path)
        #expect(try subject.fetch() == nil)
        try Files.replace(subject.path, with: "x = 1\n".utf8)
        #expect(try subject.fetch() == nil)
        #expect(try subject.kept() == Self.policy)
        #expect(subject.server.statuses == ["200", "200", "200"])
    }

    @Test(arguments: Wrong.all) func theLastGoodOneIsKept(wrong: Wrong) throws {
        #expect(try subject.fetch() == nil)
        subject.server.offer("/models.toml", wrong.answer)
        let problem = try #require(try subject.fetch())
        #expect(problem.contains(wrong.problem), "\(problem)")
        #expect(try subject.kept() == Self.policy)
        subject.server.offer("/models.toml", Self.policy)
        #expect(try subject.fetch() == nil)
        #expect(subject.server.statuses.last == "304", "it is still known")
    }

    @Test func whatIsRefusedIsToldOnceAndOneBadMomentIsNot() throws {
        subject.server.offer("/models.toml", "<html>Sign in</html>")
        _ = try subject.fetch()
        #expect(subject.news.count == 1 && subject.news.first?.contains("it is a page") == true, "\(subject.news)")
        subject.server.offer("/models.toml", Answer(status: "503 Service Unavailable"))
        _ = try subject.fetch()
        #expect(subject.news == [])
    }

    @Test func theHashInTheConfigurationDecides() throws {
        subject.settings.sha256 = SHA256.hex(of: Array(Self.policy.utf8))
        #expect(try subject.fetch() == nil)
        subject.server.offer("/models.toml", Self.other)
        let problem = try #require(try subject.fetch())
        #expect(problem.contains("models.sha256 wants"))
        #expect(try subject.kept() == Self.policy)
    }

    @Test func aSignatureOfAKeyInTheKeyringIsNeeded() throws {
        let keys = try PolicyKeys()
        try keys.make("signer")
        try keys.make("stranger")
        subject.settings.signature = subject.url + ".sig"
        subject.settings.keyring = keys.ring("signer")
        #expect(try subject.fetch()?.contains("the signature: status 404") == true)
        #expect(!Files.exists(subject.path))

        subject.server.offer("/models.toml.sig", bytes: try keys.sign(Self.policy, as: "signer"))
        #expect(try subject.fetch() == nil)
        #expect(try subject.kept() == Self.policy)

        subject.server.offer("/models.toml", Self.other)
        #expect(try subject.fetch()?.contains("does not fit the text") == true, "the signature is of the one before")
        subject.server.offer("/models.toml.sig", bytes: try keys.sign(Self.other, as: "stranger"))
        #expect(try subject.fetch()?.contains("which is not in the keyring") == true)
        subject.server.offer("/models.toml.sig", "<html>404</html>")
        #expect(try subject.fetch()?.contains("no signature of a key in") == true)
        #expect(try subject.kept() == Self.policy)
        subject.server.offer("/models.toml.sig", bytes: try keys.sign(Self.other, as: "signer"))
        #expect(try subject.fetch() == nil)
        #expect(try subject.kept() == Self.other)
    }

    @Test func whoHasToVouchFromNowOnIsAskedOfWhatIsKeptToo() throws {
        #expect(try subject.fetch() == nil)
        let keys = try PolicyKeys()
        try keys.make("signer")
        subject.settings.signature = subject.url + ".sig"
        subject.settings.keyring = keys.ring("signer")
        #expect(try subject.fetch()?.contains("the signature: status 404") == true, "it is not asked for by its ETag")
        subject.settings.keyring = keys.ring("nobody")
        subject.server.offer("/models.toml.sig", "x")
        #expect(try subject.fetch()?.contains("is not there (models.keyring in the configuration)") == true)
    }

    @Test func theTokenIsSentAndNeverShown() throws {
        let file = subject.folder.path + "/token"
        try Files.replace(file, with: "s3cret-token\nmore".utf8)
        subject.settings.keyFile = file
        subject.server.offer("/models.toml", Answer(status: "401 Unauthorized"))
        let problem = try #require(try subject.fetch())
        #expect(problem == "status 401")
        #expect(subject.server.heads.last?.contains("Authorization: Bearer s3cret-token\r\n") == true)
        try Files.setMode(file, 0o666)
        #expect(try subject.fetch()?.contains("can be written by others") == true)
    }

    @Test func withoutAnAddressNothingIsAsked() throws {
        subject.settings.url = nil
        #expect(try subject.fetch()?.contains("no source of policies is configured") == true)
        #expect(subject.server.statuses.isEmpty && subject.address.isEmpty)
    }
}

/// An answer that is none.
nonisolated struct Wrong: Sendable, CustomTestStringConvertible {
    let name: String
    let answer: Answer
    let problem: String

    var testDescription: String { name }

    static let all = [
        Wrong(name: "a page", answer: Answer("\n <!doctype html><p>Not here"), problem: "it is a page"),
        Wrong(name: "nothing", answer: Answer(""), problem: "says nothing"),
        Wrong(name: "no TOML", answer: Answer("[tier.agent]\nmodel = \"a/o"), problem: "it is no policy"),
        Wrong(name: "a part", answer: Answer("[tier.agent]\nmodel = \"b/t\"", announced: 900), problem: "closed"),
        Wrong(name: "too much", answer: Answer(String(repeating: "# x\n", count: 300_000)), problem: "more than 1 MiB"),
        Wrong(
            name: "a redirect",
            answer: Answer(status: "302 Found", headers: ["Location: http://127.0.0.1:1/models.toml?token=x"]),
            problem: "a redirect to http://127.0.0.1:1/models.toml, which is not followed"),
        Wrong(name: "gone", answer: Answer(status: "404 Not Found"), problem: "status 404"),
        Wrong(name: "busy", answer: Answer(status: "429 Too Many", headers: ["Retry-After: 7"]), problem: "status 429"),
        Wrong(
            name: "an include", answer: Answer("include = [\"prices.toml\"]\n[tier.agent]\nmodel = \"a/b\"\n"),
            problem: "it includes \"prices.toml\""),
    ]
}
