// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Installing a Node with another ABI than the pinned one.
@Suite struct NodeAbiTests {
    private let host: MirroredHost
    private let folder: TemporaryFolder
    private let build: String

    init() throws {
        folder = try TemporaryFolder()
        host = try MirroredHost(
            services: """
                [service.gateway]
                command = ["openclaw"]
                node = true
                directory = "\(folder.path)/app"
                [service.other]
                command = ["x"]
                directory = "\(folder.path)/other"
                """)
        build = folder.path + "/app/node_modules/better-sqlite3/build/Release"
        for place in [build, folder.path + "/other/build"] {
            try Files.makeFolder(place, mode: 0o755)
            try Files.replace(place + "/a.node", with: "node_register_module_v127".utf8, mode: 0o644)
            try Files.replace(place + "/b.node", with: "napi_register_module_v1".utf8, mode: 0o644)
        }
        try host.mirror.offer(try NodeRelease.standIn("v24.99.0", abi: "137", in: folder))
        try host.lock("22.12.0", abi: "127", path: "/nonexistent/bin/node")
    }

    @Test func nativeModulesAreListedAndWithoutATerminalAWordIsNeeded() throws {
        let refused = try host.run("install", "24.99.0")
        #expect(refused.code == ExitCode.failed.rawValue)
        #expect(
            refused.err.contains(
                "native modules that were built for v22.12.0 (ABI 127) do not load in v24.99.0 (ABI 137)\n"))
        #expect(refused.err.contains("gateway: \(build)/a.node\n"))
        #expect(refused.err.contains("gateway: \(build)/b.node (Node-API: goes on working)\n"))
        #expect(!refused.err.contains("other"), "it does not run on the pin")
        #expect(refused.err.contains("(--yes installs all the same)"))
        #expect(!Files.exists(host.store + "/v24.99.0"))
        let granted = try host.run("install", "24.99.0", "--yes")
        #expect(granted.code == 0 && granted.err.contains("a.node"))
        #expect(Files.exists(host.store + "/v24.99.0/bin/node"))
        #expect(try host.mirror.archiveRequests().count == 2, "asking for what is there already costs no download")
    }

    @Test func withTheSameABINothingIsAsked() throws {
        try host.lock("24.1.0", abi: "137", path: "/nonexistent/bin/node")
        let result = try host.run("install", "24.99.0")
        #expect(result.code == 0 && !result.err.contains("native"))
    }

    @Test func whereNothingHasToBeRebuiltNothingIsAsked() throws {
        try Files.remove(build + "/a.node")
        let result = try host.run("install", "24.99.0")
        #expect(result.code == 0 && result.err.contains("no native module has to be rebuilt\n"))
    }
}
