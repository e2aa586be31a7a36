// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

/// `listen` of a service.
struct HeldAddressTests {
    @Test func addressesOfBothFamilies() throws {
        let one = try service("command = [\"x\"]\nlisten = [\"127.0.0.1:4000\", \"[::1]:4000\", \"0.0.0.0:80\"]")
        #expect(one.launch.listen.map(\.text) == ["127.0.0.1:4000", "[::1]:4000", "0.0.0.0:80"])
    }

    @Test func instancesShareSomeAndHaveTheirOwn() throws {
        let all = try configuration([
            (
                "hostd.toml",
                """
                [service.web]
                command = ["x"]
                instances = 2
                listen = ["127.0.0.1:4000", "127.0.0.1:4000+${instance}"]
                """
            )
        ]).services
        #expect(
            all.map { $0.launch.listen.map(\.text) } == [
                ["127.0.0.1:4000", "127.0.0.1:4001"], ["127.0.0.1:4000", "127.0.0.1:4002"],
            ])
    }

    @Test func anotherAddressIsAnotherLaunch() throws {
        let one = try service("command = [\"x\"]\nlisten = [\"127.0.0.1:4000\"]")
        let other = try service("command = [\"x\"]\nlisten = [\"127.0.0.1:4001\"]")
        #expect(one.launchDigest != other.launchDigest)
    }

    static let wrong = [
        ("\"4000\"", "\"4000\" has no port (write \"4000:80\")"),
        (
            "\"localhost:4000\"",
            "\"localhost\" is two addresses (write 127.0.0.1, [::1] or both)"
        ),
        (
            "\"example.com:80\"",
            "\"example.com\" is no address (write one like \"127.0.0.1:7788\" or \"[::1]:7788\")"
        ),
        ("\"127.0.0.1:65535+1\"", "\"127.0.0.1:65535+1\", here \"65535+1\", is out of range (1 to 65535)"),
        ("4000", "4000 is an integer (write an address, like \"127.0.0.1:4000\")"),
        ("\"127.0.0.1:80\", \"127.0.0.1:80\"", "\"127.0.0.1:80\" stands twice (leave one out)"),
    ]

    @Test(arguments: wrong) func whatIsNoAddressIsRefused(value: String, complaint: String) {
        let found = errors("[service.a]\ncommand = [\"x\"]\nlisten = [\(value)]")
        #expect(found.count == 1 && found.first?.hasSuffix("service.a.listen: " + complaint) == true, "\(found)")
    }

    @Test func twoServicesCannotHaveOne() {
        let text = ["a", "b"].map { "[service.\($0)]\ncommand = [\"x\"]\nlisten = [\"127.0.0.1:4000\"]\n" }.joined()
        #expect(
            errors(text) == [
                "hostd.toml:6:11: service.b.listen: \"127.0.0.1:4000\" is where hostd listens for a too "
                    + "(choose another)"
            ])
    }
}
