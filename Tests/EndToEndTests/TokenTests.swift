// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// The token for TCP, in its file.
@Suite struct TokenTests {
    private func reason(_ host: HostUnderTest) throws -> String? {
        try host.status().conditions.first { $0.kind == "config" && $0.level != "ok" }?.reason
    }

    private func isAnswering(_ port: UInt16) -> Bool {
        (try? Loopback.request("GET", port: port, "/v1/status"))?.isEmpty == false
    }

    @Test func itIsMadeOnFirstUseForItsOwnerAloneAndStays() throws {
        let port = try FreePort.take()
        let host = try HostUnderTest("[control]\nlisten = \"127.0.0.1:\(port)\"\n")
        try host.start()
        let path = host.dir + "/state/token"
        var info = stat()
        #expect(stat(path, &info) == 0)
        #expect(info.st_mode & 0o7777 == 0o600)
        let token = try Files.readText(path)
        #expect(token.utf8.count == 65)
        #expect(try reason(host) == nil)
        #expect(isAnswering(port))
        #expect(!host.said.contains(token.dropLast()), "a secret stays out of the journal")
        #expect(try host.stop() == 0)
        try host.start()
        #expect(try Files.readText(path) == token)
    }

    @Test(arguments: [UInt32(0o644), 0o640, 0o602]) func aFileThatOthersCanReachIsRefused(mode: UInt32) throws {
        let port = try FreePort.take()
        let host = try HostUnderTest("")
        let path = host.dir + "/token"
        try Files.replace(path, with: Array("0123456789abcdef0123456789abcdef".utf8), mode: mode)
        try Files.setMode(path, mode)
        try host.configure("[control]\nlisten = \"127.0.0.1:\(port)\"\ntoken_file = \"\(path)\"\n")
        try host.start()
        #expect(try reason(host)?.contains("can be read or written by others (chmod 600 \(path))") == true)
        #expect(!isAnswering(port))
    }

    @Test(arguments: ["", "short\n", "with\u{1}control characters in it"]) func aTokenThatIsNoneIsRefused(text: String)
        throws
    {
        let port = try FreePort.take()
        let host = try HostUnderTest("")
        let path = host.dir + "/token"
        try Files.replace(path, with: Array(text.utf8))
        try host.configure("[control]\nlisten = \"127.0.0.1:\(port)\"\ntoken_file = \"\(path)\"\n")
        try host.start()
        #expect(try reason(host)?.contains("\(path) holds no token") == true)
        #expect(!isAnswering(port))
    }

    @Test func aPortThatIsTakenIsSaidAndTheSocketIsThereAllTheSame() throws {
        let port = try FreePort.take()
        let holder = try FreePort.listen(on: port)
        let host = try HostUnderTest("[control]\nlisten = \"127.0.0.1:\(port)\"\n")
        try host.start()
        #expect(try reason(host) == "control.listen: cannot listen at 127.0.0.1:\(port): Address already in use")
        withExtendedLifetime(holder.raw) {}
    }
}
