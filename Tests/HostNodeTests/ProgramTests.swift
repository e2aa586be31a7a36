// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import TestKit
import Testing

/// What a command would start in the end, and what its package asks for.
@Suite(.enabled(if: Nodes.areThere)) struct ProgramTests {
    private static let pinned = NodePinned(
        specification: "22", version: NodeVersion(22, 20, 0), path: Nodes.path(22), sha256: "")

    private func inspect(_ command: [String], path: String? = nil, in folder: String = "/") -> NodeInspection {
        let search = path ?? Self.pinned.folder + ":/usr/bin:/bin"
        let program = NodeInspector.Program(command: command, searchPath: search, directory: folder, rights: nil)
        return NodeInspector().inspect(Self.pinned, program, nil)
    }

    private func script(_ first: String, in folder: TemporaryFolder) throws -> String {
        let path = folder.path + "/program"
        try Files.replace(path, with: "\(first)\n".utf8, mode: 0o755)
        return path
    }

    @Test func thePinnedNodeIsFoundThroughPathEnvAndLinks() throws {
        let folder = try TemporaryFolder()
        #expect(inspect(["node", "x.js"]).startsOther == nil)
        #expect(inspect([Nodes.path(22), "x.js"]).startsOther == nil)
        #expect(inspect([try script("#!/usr/bin/env node", in: folder)]).startsOther == nil)
        #expect(inspect([try script("#!/usr/bin/env -S node --no-warnings", in: folder)]).startsOther == nil)
        symlink(Nodes.path(22), folder.path + "/js")
        #expect(inspect([folder.path + "/js", "x.js"]).startsOther == nil)
        #expect(inspect(["/bin/sh", "-c", "exec node x.js"]).startsOther == nil)
    }

    @Test func anotherNodeIsSeenWhereverItIsNamed() throws {
        let folder = try TemporaryFolder()
        let other = Nodes.path(24)
        #expect(inspect([other, "x.js"]).startsOther == other)
        #expect(inspect([try script("#!\(other)", in: folder)]).startsOther == other)
        let before = String(other.dropLast("/node".count)) + ":" + Self.pinned.folder
        #expect(inspect(["node", "x.js"], path: before).startsOther == other)
        #expect(
            inspect([try script("#!/usr/bin/env node", in: folder)], path: before + ":/usr/bin").startsOther == other)
        symlink(other, folder.path + "/js")
        #expect(inspect(["./js", "x.js"], in: folder.path).startsOther == folder.path + "/./js")
    }

    @Test func enginesAreThoseOfThePackageAboveTheScript() throws {
        let folder = try TemporaryFolder()
        try Files.makeFolder(folder.path + "/app/lib", mode: 0o755)
        try Files.replace(folder.path + "/app/lib/main.js", with: [])
        try Files.replace(folder.path + "/app/package.json", with: "{\"engines\": {\"node\": \">=24\"}}".utf8)
        let wanted = "\(folder.path)/app/package.json wants Node >=24 under engines, and 22.20.0 is pinned"
        #expect(inspect(["node", "lib/main.js"], in: folder.path + "/app").engines == wanted)
        #expect(inspect(["node", "--no-warnings", "-r", "x", folder.path + "/app/lib/main.js"]).engines == wanted)
        symlink(folder.path + "/app/lib/main.js", folder.path + "/app.js")
        #expect(inspect(["node", folder.path + "/app.js"]).engines == wanted, "a link leads to its package")
        let program = folder.path + "/app/lib/cli"
        try Files.replace(program, with: "#!/usr/bin/env node\n".utf8, mode: 0o755)
        #expect(inspect([program]).engines == wanted)
        #expect(inspect(["node", "-e", "1"], in: folder.path + "/app").engines == nil)
        #expect(inspect(["/bin/true", folder.path + "/app/lib/main.js"]).engines == nil)
        try Files.replace(folder.path + "/app/package.json", with: "{\"engines\": {\"node\": \">=22\"}}".utf8)
        #expect(inspect(["node", "lib/main.js"], in: folder.path + "/app").engines == nil)
        try Files.replace(folder.path + "/app/package.json", with: "torn {".utf8)
        #expect(inspect(["node", "lib/main.js"], in: folder.path + "/app").engines == nil)
    }
}
