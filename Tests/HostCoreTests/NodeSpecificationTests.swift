// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct NodeSpecificationTests {
    @Test(arguments: [
        ("22.12.0", "22.12.0"), ("v22.12.0", "22.12.0"), ("22", "22"), ("v22", "22"), ("22.12", "22.12"),
        ("22.x", "22"),
        ("lts", "lts"), ("lts/*", "lts"), ("lts/Jod", "lts/jod"), (".nvmrc", ".nvmrc"),
        ("/srv/agent/.tool-versions", "/srv/agent/.tool-versions"), ("app/package.json", "app/package.json"),
    ])
    func whatPeopleWriteIsRead(_ written: String, _ meant: String) {
        #expect(NodeSpecification(written)?.text == meant)
    }

    @Test(arguments: [
        "", "latest", "node", "22.", ".22", "lts/", "lts/../x", "lts/-1", "22.12.0.1", "nvmrc", ">=22", "x",
    ])
    func whatSaysNoVersionIsRefused(_ written: String) {
        #expect(NodeSpecification(written) == nil)
    }

    @Test func aSpecificationMatchesWhatItMeans() throws {
        let jod = NodeVersion(22, 20, 0)
        #expect(try #require(NodeSpecification("22.20.0")).matches(jod, lts: "jod"))
        #expect(try #require(NodeSpecification("22")).matches(jod, lts: nil))
        #expect(try !#require(NodeSpecification("22.12")).matches(jod, lts: nil))
        #expect(try #require(NodeSpecification("lts")).matches(jod, lts: "Jod"))
        #expect(try !#require(NodeSpecification("lts")).matches(jod, lts: nil))
        #expect(try #require(NodeSpecification("lts/jod")).matches(jod, lts: "Jod"))
        #expect(try !#require(NodeSpecification("lts/iron")).matches(jod, lts: "Jod"))
        #expect(try !#require(NodeSpecification("25")).matches(NodeVersion(25, 0, 0, prerelease: "rc.1"), lts: nil))
    }

    @Test(arguments: [
        (".nvmrc", "v22.12.0\n", "22.12.0"), (".nvmrc", "# ours\nlts/jod # for now\r\n", "lts/jod"),
        (".nvmrc", "setting=1\n22\n", "22"), (".node-version", "22.12.0\r\n", "22.12.0"),
        (".node-version", "node-v20.1.0", "20.1.0"),
        (".tool-versions", "python 3.12\nnodejs 22.12.0 20.1.0\n", "22.12.0"),
        (".tool-versions", "node lts\n", "lts"),
    ])
    func filesOfOtherManagersAreUnderstood(_ name: String, _ text: String, _ meant: String) throws {
        #expect(try NodeFileText.specification(in: text, of: name).text == meant)
    }

    @Test(arguments: [
        (".nvmrc", ""), (".nvmrc", "22\n20\n"), (".nvmrc", "latest"), (".node-version", "../../x"),
        (".tool-versions", "python 3.12"), (".tool-versions", "nodejs"), (".node-version", "# nothing"),
    ])
    func filesThatSayNothingAreRefused(_ name: String, _ text: String) {
        #expect(throws: NodeFileText.Wrong.self) { try NodeFileText.specification(in: text, of: name) }
    }
}
