// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

@testable import HostInstall

/// A mirror over TLS whose certificate nobody knows but who is told.
@Suite struct SecureMirrorTests {
    private let subject: InstallUnderTest
    private let release: NodeRelease
    private let folder: TemporaryFolder
    private let certificate: String

    init() throws {
        folder = try TemporaryFolder()
        let files = try NodeMirror.makeCertificate(in: folder)
        certificate = files.certificate
        release = try NodeRelease.standIn(in: folder)
        subject = try InstallUnderTest(mirror: try NodeMirror(certificate: certificate, key: files.key))
        try subject.mirror.offer(release)
    }

    @Test func itsCertificateMustBeTrusted() throws {
        let failure = try subject.failure(release.tag)
        #expect(failure.contains("certificate") && failure.contains("https://127.0.0.1:"), "\(failure)")
        subject.trust = Mirror.Trust(file: certificate)
        try subject.install(release.tag)
    }

    @Test func aRedirectToHttpIsNotFollowed() throws {
        subject.trust = Mirror.Trust(file: certificate)
        let failure = try subject.failure(release.tag, "downgrade")
        #expect(failure.contains("\"http\""), "\(failure)")
        #expect(try subject.mirror.requests().allSatisfy { $0.hasPrefix("/downgrade/") })
        try subject.install(release.tag, "redirect")
    }
}
