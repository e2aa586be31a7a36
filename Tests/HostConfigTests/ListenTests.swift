// SPDX-License-Identifier: Apache-2.0

import HostConfig
import Testing

/// `[control] listen` and `token_file`.
struct ListenTests {
    @Test(arguments: [
        ("127.0.0.1:7788", "127.0.0.1:7788"), ("[::1]:7788", "[::1]:7788"), ("0.0.0.0:80", "0.0.0.0:80"),
        ("localhost:7788", "localhost:7788"),
    ])
    func anAddressIsTaken(written: String, read: String) throws {
        let configuration = try configuration([("hostd.toml", "[control]\nlisten = \"\(written)\"\n")])
        #expect(configuration.control.listen?.text == read)
        #expect(configuration.control.tokenFile == nil)
    }

    @Test(arguments: [
        (
            "\"gateway.example:80\"",
            "\"gateway.example\" is no address (write one like \"127.0.0.1:7788\" or \"[::1]:7788\")"
        ),
        ("\"127.0.0.1\"", "\"127.0.0.1\" has no port (write \"127.0.0.1:80\")"),
        ("\"127.0.0.1:0\"", "port 0 is out of range (1 to 65535)"),
        ("\"1.2.3:80\"", "\"1.2.3\" is no address (write one like \"127.0.0.1:7788\" or \"[::1]:7788\")"),
    ])
    func whatIsNoAddressIsRefused(written: String, complaint: String) {
        #expect(errors("[control]\nlisten = \(written)\n") == ["hostd.toml:2:10: control.listen: \(complaint)"])
    }

    @Test func theTokenFileIsAnAbsolutePath() throws {
        #expect(
            errors("[control]\ntoken_file = \"token\"\n") == [
                "hostd.toml:2:14: control.token_file: \"token\" is not an absolute path (begin it with \"/\")"
            ])
    }
}
