// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

/// Mail to a server that asks who hostd is, and has to prove itself first. Its name and its certificate are known in a
/// mount namespace of hostd's own.
@Suite(.enabled(if: SmallDisk.isPossible && Files.exists("/usr/bin/openssl"), "needs root and openssl"))
struct SecureMailTests {
    private static let bundle = "/etc/ssl/certs/ca-certificates.crt"

    private func host(
        _ server: SecureMailServer, scheme: String, isTrusted: Bool, in folder: TemporaryFolder
    ) throws -> HostUnderTest {
        try Files.replace(folder.path + "/password", with: "open sesame\n".utf8, mode: 0o600)
        let host = try HostUnderTest(
            """
            [[alert]]
            mail = "ops@example.com"
            smtp = "\(scheme)://mail.test:\(server.port)"
            user = "agent"
            password_file = "\(folder.path)/password"
            on = ["service.held"]

            """)
        try Files.replace(folder.path + "/hosts", with: "127.0.0.1 localhost mail.test\n".utf8, mode: 0o644)
        let mounts =
            "mount --bind \(folder.path)/hosts /etc/hosts"
            + (isTrusted ? " && mount --bind \(server.certificate) \(Self.bundle)" : "")
        host.starter = ["/usr/bin/unshare", "-m", "/bin/sh", "-c", "\(mounts) && exec \"$@\"", "sh"]
        try host.start()
        return host
    }

    @Test(arguments: [(SecureMailServer.Security.tls, "smtps"), (.starttls, "smtp")])
    func aPasswordGoesThroughTLSToAServerThatProvesWhoItIs(
        security: SecureMailServer.Security, scheme: String
    ) throws {
        let folder = try TemporaryFolder()
        let server = try SecureMailServer(security, in: folder.path)
        let host = try host(server, scheme: scheme, isTrusted: true, in: folder)
        let test = try host.hostctl("alert", "test")
        #expect(test.status == 0, "\(test.output) \(server.heard)")
        let heard = server.heard
        let tls = try #require(heard.firstIndex(of: "TLS"))
        // "\0agent\0open sesame"
        let login = try #require(heard.firstIndex { $0.hasPrefix("AUTH PLAIN") })
        #expect(tls < login && heard.contains { $0.hasSuffix("AGFnZW50AG9wZW4gc2VzYW1l") }, "\(heard)")
        #expect(heard.contains("RCPT TO:<ops@example.com>") && heard.contains("status: test"))
        #expect(!host.said.contains("sesame"))
    }

    @Test(arguments: [(SecureMailServer.Security.tls, "smtps"), (.starttls, "smtp"), (.none, "smtp")])
    func aServerThatDoesNotProveItselfHearsNoPassword(
        security: SecureMailServer.Security, scheme: String
    ) throws {
        let folder = try TemporaryFolder()
        let server = try SecureMailServer(security, in: folder.path)
        // Without TLS its certificate helps nobody.
        let host = try host(server, scheme: scheme, isTrusted: security == .none, in: folder)
        let test = try host.hostctl("alert", "test")
        #expect(test.status == 1 && test.output.contains("failed"), "\(test.output)")
        #expect(!server.heard.contains { $0.hasPrefix("AUTH") || $0.hasPrefix("RCPT") }, "\(server.heard)")
    }
}
