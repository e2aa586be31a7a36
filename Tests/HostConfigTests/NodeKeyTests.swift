// SPDX-License-Identifier: Apache-2.0

import HostConfig
import HostCore
import Testing

struct NodeKeyTests {
    @Test func theNodeTableIsRead() throws {
        let node = try configuration([
            (
                "hostd.toml",
                """
                [node]
                version = "lts/jod"
                roots = ["/opt/node", "~agent/.nvm"]
                mirror = "https://mirror.example/node"
                keyring = "/etc/hostd/node.gpg"
                sha256 = "\(String(repeating: "AB", count: 32))"
                """
            )
        ]).node
        #expect(node.version?.text == "lts/jod")
        #expect(node.roots == ["/opt/node", "~agent/.nvm"])
        #expect(node.mirror == "https://mirror.example/node")
        #expect(node.keyring == "/etc/hostd/node.gpg")
        #expect(node.sha256 == String(repeating: "ab", count: 32))
        #expect(try configuration([("hostd.toml", "")]).node == NodeSettings())
    }

    @Test func aServiceWantsThePinOneOfItsOwnOrNone() throws {
        #expect(try service("").launch.node == .any)
        #expect(try service("node = true").launch.node == .pinned)
        #expect(try service("node = false").launch.node == .any)
        #expect(try service("node = \"22.12\"").launch.node.text == "22.12")
        let file = try service("directory = \"/srv/a\"\nnode = \".nvmrc\"")
        #expect(file.launch.node == .own(.file(path: "/srv/a/.nvmrc")))
    }

    @Test(arguments: [
        ("node = 22", "8: service.a.node: 22 is an integer (write \"22\")"),
        ("node = \"latest\"", "8: service.a.node: \"latest\" names no Node (write true, or "),
        ("node = \".nvmrc\"", "8: service.a.node: \".nvmrc\" stands in no folder (give the service a directory, "),
    ])
    func whatNamesNoNodeIsSaid(_ line: String, _ message: String) {
        #expect(error(line).hasPrefix(message), "\(error(line))")
    }

    @Test func wrongValuesOfTheTableAreSaid() {
        let all = errors("[node]\nversion = 22\nroots = [\"opt\"]\nsha256 = \"12\"\nmirror = \"nodejs.org\"\n")
        #expect(all.count == 4, "\(all)")
        #expect(all.first == "hostd.toml:2:11: node.version: 22 is an integer (write \"22\")")
    }

    @Test func anotherNodeTakesARestart() throws {
        let before = try service("node = true")
        let after = try service("node = \"22\"")
        #expect(before.launchDigest != after.launchDigest)
        #expect(try service("node = false").launchDigest == (try service("").launchDigest))
    }
}
