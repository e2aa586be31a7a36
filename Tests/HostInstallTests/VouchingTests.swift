// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

@testable import HostInstall

/// Who says that an archive is the right one: a signature with a throwaway key, or a hash in the configuration.
@Suite struct VouchingTests {
    private let subject: InstallUnderTest
    private let release: NodeRelease
    private let folder: TemporaryFolder
    private var list: String { "\(subject.mirror.folder.path)/\(release.tag)/SHASUMS256.txt" }

    init() throws {
        folder = try TemporaryFolder()
        release = try NodeRelease.standIn(in: folder)
        subject = try InstallUnderTest()
        try subject.mirror.offer(release)
    }

    /// Makes a key, and its keyring; returns its whole fingerprint.
    private func makeKey(_ name: String) throws -> String {
        let output = try NodeRelease.shell(
            """
            mkdir -m 700 "$1" && cd "$1"
            gpg --homedir . --batch --quiet --passphrase '' --quick-generate-key "$2" rsa2048 sign never 2>/dev/null
            gpg --homedir . --batch --quiet --export > ring.gpg
            gpg --homedir . --batch --with-colons --list-keys 2>/dev/null | grep ^fpr | head -n 1 | cut -d: -f10
            gpgconf --homedir . --kill all
            """, ["\(folder.path)/\(name)", name])
        return String(output.prefix { !$0.isNewline })
    }

    /// Signs a file with that key: "--detach-sign" or "--clearsign".
    private func sign(_ file: String, _ way: String, as name: String, into path: String) throws {
        _ = try NodeRelease.shell(
            """
            gpg --homedir "$1" --batch --yes --quiet --output "$3" "$4" "$2"
            gpgconf --homedir "$1" --kill all
            """, ["\(folder.path)/\(name)", file, path, way])
    }

    @Test func aDetachedSignatureOfAKeyInTheKeyringVouches() throws {
        let fingerprint = try makeKey("releaser")
        try sign(list, "--detach-sign", as: "releaser", into: list + ".sig")
        subject.keyring = folder.path + "/releaser/ring.gpg"
        let record = try subject.install(release.tag)
        #expect(record.vouchedBy == fingerprint && fingerprint.count == 40)
        #expect(subject.notes.contains { $0.contains(fingerprint) })
        #expect(!subject.notes.contains { $0.contains("only the mirror") })
    }

    @Test func ofAClearSignatureOnlyWhatIsSignedCounts() throws {
        let fingerprint = try makeKey("releaser")
        try sign(list, "--clearsign", as: "releaser", into: list + ".asc")
        // The list itself says something else, and is not believed.
        try Files.replace(list, with: "\(String(repeating: "ab", count: 32))  \(release.archives[0])\n".utf8)
        subject.keyring = folder.path + "/releaser/ring.gpg"
        #expect(try subject.install(release.tag).vouchedBy == fingerprint)
    }

    @Test func aListThatWasChangedAfterItWasSignedIsRefused() throws {
        _ = try makeKey("releaser")
        try sign(list, "--detach-sign", as: "releaser", into: list + ".sig")
        try Files.replace(list, with: (try Files.readText(list) + "\n").utf8)
        subject.keyring = folder.path + "/releaser/ring.gpg"
        let failure = try subject.failure(release.tag)
        #expect(failure.contains("SHASUMS256.txt.sig") && failure.contains("does not fit the text"), "\(failure)")
        #expect(try subject.mirror.archiveRequests().isEmpty)
    }

    @Test func aSignatureOfAKeyThatIsNotInTheKeyringIsRefused() throws {
        _ = try makeKey("releaser")
        _ = try makeKey("stranger")
        try sign(list, "--detach-sign", as: "stranger", into: list + ".sig")
        subject.keyring = folder.path + "/releaser/ring.gpg"
        let failure = try subject.failure(release.tag)
        #expect(failure.contains("which is not in the keyring"), "\(failure)")
    }

    @Test func aKeyThatWasRevokedVouchesForNothing() throws {
        let fingerprint = try makeKey("releaser")
        try sign(list, "--detach-sign", as: "releaser", into: list + ".sig")
        _ = try NodeRelease.shell(
            """
            cd "$1" && sed 's/^:---/---/' openpgp-revocs.d/$2.rev > revocation
            gpg --homedir . --batch --quiet --import revocation
            gpg --homedir . --batch --quiet --yes --export > ring.gpg
            gpgconf --homedir . --kill all
            """, [folder.path + "/releaser", fingerprint])
        subject.keyring = folder.path + "/releaser/ring.gpg"
        #expect(try subject.failure(release.tag).contains("was revoked"))
    }

    @Test func withAKeyringAListWithoutSignatureIsRefused() throws {
        _ = try makeKey("releaser")
        subject.keyring = folder.path + "/releaser/ring.gpg"
        #expect(try subject.failure(release.tag).contains("is not signed: neither .sig nor .asc"))
    }

    @Test func aSignatureThatIsNoneIsRefused() throws {
        _ = try makeKey("releaser")
        try Files.replace(list + ".sig", with: "<html>404</html>".utf8)
        subject.keyring = folder.path + "/releaser/ring.gpg"
        #expect(try subject.failure(release.tag).contains("no signature of a key in"))
    }

    @Test func aKeyringThatIsNotThereIsAWrongFile() throws {
        try Files.replace(list + ".sig", with: "x".utf8)
        subject.keyring = folder.path + "/gone.gpg"
        #expect(try subject.failure(release.tag, code: .badFile).contains("node.keyring"))
    }

    @Test func aHashInTheConfigurationCountsMoreThanTheMirrorsList() throws {
        subject.sha256 = try release.hash(of: release.archives[0]).uppercased()
        #expect(try subject.install(release.tag).vouchedBy == "configuration")
        #expect(!subject.notes.contains { $0.contains("only the mirror") })
    }

    @Test func anotherHashThanInTheConfigurationIsRefused() throws {
        subject.sha256 = String(repeating: "ab", count: 32)
        #expect(try subject.failure(release.tag).contains("and the mirror has"))
        subject.sha256 = "abc"
        #expect(try subject.failure(release.tag, code: .badFile).contains("is no SHA-256"))
        #expect(try subject.mirror.archiveRequests().isEmpty)
    }
}
