// SPDX-License-Identifier: Apache-2.0

import HostLinux
import TestKit
import Testing

@Suite struct CredentialsTests {
    private func words(_ name: String, in folder: String?) -> String {
        switch Credentials.read(name, limit: 100, in: folder) {
        case .success(let bytes): String(decoding: bytes, as: UTF8.self)
        case .failure(let lack): lack.description
        }
    }

    @Test func aCredentialIsAFileOfTheFolder() throws {
        let place = try TemporaryFolder()
        try Files.replace(place.path + "/gateway.env", with: "KEY=1\n".utf8)
        #expect(words("gateway.env", in: place.path) == "KEY=1\n")
        #expect(words("other", in: place.path).hasPrefix("hostd has no credential other (LoadCredential=other:"))
        #expect(words("gateway.env", in: nil).hasPrefix("hostd has no credentials, so no gateway.env (LoadCredential="))
    }

    @Test(arguments: ["", ".", "..", "../gateway.env", "a/b", "a:b", "a b"])
    func noNameLeadsOutOfIt(name: String) throws {
        let place = try TemporaryFolder()
        #expect(words(name, in: place.path).contains("is no name of a credential"))
    }
}
