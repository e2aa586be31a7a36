// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostNode
import TestKit
import Testing

@Suite(.enabled(if: Nodes.areThere)) struct NodeQuestionTests {
    @Test(arguments: [(20, "115", nil), (22, "127", "jod"), (24, "137", "krypton")])
    func aRealNodeSaysWhatItIs(_ major: Int, _ abi: String, _ lts: String?) throws {
        let facts = try NodeQuestion.ask(Nodes.path(major))
        #expect(facts.version.major == major)
        #expect(facts.abi == abi)
        #expect(facts.platform == "linux")
        #expect(facts.libc == "glibc")
        #expect(["x64", "arm64"].contains(facts.architecture))
        if let lts { #expect(facts.lts == lts) }
        #expect((facts.sqlite != nil) == (major > 20))
        #expect(facts.sha256 == (try SHA256.hex(of: Descriptor(opening: facts.path, Descriptor.readingOnly))))
    }

    @Test func linksAreResolved() throws {
        let folder = try TemporaryFolder()
        symlink(try Files.realPath(Nodes.path(22)), folder.path + "/node")
        #expect(try NodeQuestion.ask(folder.path + "/node").path == Files.realPath(Nodes.path(22)))
    }

    @Test func aScriptThatStartsANodeIsRefused() throws {
        let folder = try TemporaryFolder()
        let shim = folder.path + "/node"
        try Files.replace(shim, with: "#!/bin/sh\nexec \(Nodes.path(22)) \"$@\"\n".utf8, mode: 0o755)
        let error = #expect(throws: NodeError.self) { try NodeQuestion.ask(shim) }
        #expect(error?.description.contains("not a script") == true)
    }

    @Test func aProgramThatIsNoNodeIsRefused() throws {
        let error = #expect(throws: NodeError.self) { try NodeQuestion.ask("/bin/true") }
        #expect(error?.description.contains("does not say what it is") == true)
        #expect(throws: NodeError.self) { try NodeQuestion.ask("/bin/ls") }
        #expect(throws: NodeError.self) { try NodeQuestion.ask("/none/node") }
        #expect(throws: NodeError.self) { try NodeQuestion.ask("/bin") }
    }

    @Test(.enabled(if: getuid() == 0)) func rootAsksABinaryThatAUserCanChangeWithThatUsersRights() throws {
        let folder = try TemporaryFolder()
        chmod(folder.path, 0o755)
        let user = FileRights(uid: 65533, gid: 65533)
        // A TMPDIR that is closed to others has no place for what is theirs.
        guard (try? user.use { () throws(SystemError) in try FileStatus(at: folder.path) }) != nil else { return }
        let home = folder.path + "/home"
        try Files.makeFolder(home, mode: 0o755)
        try Nodes.install(22, at: home + "/bin/node")
        for path in [home, home + "/bin", home + "/bin/node"] { chown(path, 65533, 65533) }
        let binary = try NodeBinary.open(home + "/bin/node")
        #expect(binary.rights == user)
        #expect(try NodeQuestion.ask(home + "/bin/node").version.major == 22)
        // What its owner may not read, root does not read for him.
        let secret = folder.path + "/secret"
        try Nodes.install(22, at: secret)
        chmod(secret, 0o700)
        unlink(home + "/bin/node")
        symlink(secret, home + "/bin/node")
        lchown(home + "/bin/node", 65533, 65533)
        #expect(throws: NodeError.self) { try NodeQuestion.ask(home + "/bin/node") }
    }
}
