// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import TestKit
import Testing

/// What a child finds in its environment.
@Suite struct ChildEnvironmentTests {
    private let folder: TemporaryFolder
    private var path: String { folder.path + "/env" }

    init() throws {
        folder = try TemporaryFolder()
    }

    private func entries(
        _ specification: LaunchSpecification, uid: UInt32 = 65534, switches: Bool = false
    ) throws -> [String: String] {
        var identity = try ChildIdentity.resolve(LaunchSpecification(command: ["true"]))
        identity.switches = switches
        identity.account.uid = uid
        identity.account.name = "agent"
        identity.account.home = "/home/agent"
        identity.account.shell = "/bin/bash"
        let instance = try #require(InstanceID("gateway.3"))
        let lines = try ChildEnvironment.entries(for: instance, token: "cafe", specification, identity)
        #expect(lines == lines.sorted() && Set(lines).count == lines.count)
        return lines.reduce(into: [:]) { result, line in
            let parts = line.utf8.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
            result[String(decoding: parts[0], as: UTF8.self)] = String(decoding: parts[1], as: UTF8.self)
        }
    }

    private func fromFile(_ text: String) throws -> [String: String] {
        try Files.replace(path, with: text.utf8)
        return try entries(LaunchSpecification(command: ["true"], environmentFile: path))
    }

    private func refusal(_ text: String) throws -> String? {
        #expect(throws: LaunchError.self) { try fromFile(text) }?.description
    }

    @Test func aChildKnowsItsUserAndItsInstance() throws {
        let found = try entries(LaunchSpecification(command: ["true"]))
        #expect(found["HOME"] == "/home/agent" && found["SHELL"] == "/bin/bash")
        #expect(found["USER"] == "agent" && found["LOGNAME"] == "agent")
        #expect(found["HOSTD_SERVICE"] == "gateway" && found["HOSTD_INSTANCE"] == "cafe")
        #expect(found["PATH"]?.isEmpty == false && found["LANG"]?.isEmpty == false)
        let expected: Set = [
            "HOME", "SHELL", "USER", "LOGNAME", "HOSTD_SERVICE", "HOSTD_INSTANCE", "PATH", "LANG", "TZ",
            "XDG_RUNTIME_DIR",
        ]
        #expect(Set(found.keys).isSubset(of: expected), "nothing of hostd's own environment")
    }

    @Test func theConfigurationWinsOverTheFileAndTheFileOverTheStandard() throws {
        try Files.replace(path, with: "HOME=/srv\nA=file\nB=file\n".utf8)
        let found = try entries(
            LaunchSpecification(command: ["true"], environment: ["A": "configuration"], environmentFile: path))
        #expect(found["HOME"] == "/srv" && found["A"] == "configuration" && found["B"] == "file")
    }

    @Test func theFileHasLinesOfNamesAndValues() throws {
        let found = try fromFile(
            """
            # a comment
              INDENTED=1

            EMPTY=
            QUOTED="two words"
            SINGLE='it "is"'
            HALF="open
            EQUALS=a=b
            SPACES= kept 
            HASH=a # b
            LAST=first
            LAST=second
            """)
        let wanted = [
            "INDENTED": "1", "EMPTY": "", "QUOTED": "two words", "SINGLE": "it \"is\"", "HALF": "\"open",
            "EQUALS": "a=b",
            "SPACES": " kept ", "HASH": "a # b", "LAST": "second",
        ]
        for (name, value) in wanted { #expect(found[name] == value, "\(name)") }
    }

    @Test func linesMayEndAsOnWindows() throws {
        let found = try fromFile("A=1\r\n# no\r\n\r\nB=\"2\"\r\nC=3\r\n")
        #expect(found["A"] == "1" && found["B"] == "2" && found["C"] == "3")
    }

    @Test func aValueMayBeginWithACombiningSign() throws {
        #expect(try fromFile("A=\u{301}x\nB=\u{301}\n")["A"] == "\u{301}x")
    }

    @Test(arguments: ["no equals", "=value", "export A=1", "A =1"])
    func aLineThatIsNoneIsNamed(line: String) throws {
        #expect(try refusal("# first\n\(line)\n") == "\(path):2: is not NAME=value")
    }

    @Test func aNulByteIsRefused() throws {
        #expect(try refusal("A=1\0B=2\n") == "\(path):1: has a NUL byte in it (leave it out)")
    }

    @Test func whatHostdSetsItselfIsRefused() throws {
        #expect(try refusal("NOTIFY_SOCKET=/x\n") == "\(path):1: hostd sets NOTIFY_SOCKET itself (leave it out)")
    }

    @Test func aMissingFileIsNamed() throws {
        let specification = LaunchSpecification(command: ["true"], environmentFile: "/nowhere/env")
        let error = #expect(throws: LaunchError.self) { try entries(specification) }
        #expect(error?.description == "env_file: cannot open /nowhere/env: No such file or directory")
    }

    @Test(arguments: [false, true])
    func aFifoHoldsNothingUp(switches: Bool) throws {
        #expect(mkfifo(path, 0o600) == 0)
        let specification = LaunchSpecification(command: ["true"], environmentFile: path)
        let error = #expect(throws: LaunchError.self) { try entries(specification, uid: getuid(), switches: switches) }
        #expect(error?.description == "env_file: cannot read \(path), which is no plain file: Invalid argument")
    }

    @Test func aFileTooLongIsRefused() throws {
        let reason = try refusal("A=" + String(repeating: "x", count: 1 << 20))
        #expect(reason == "env_file: cannot read \(path): File too large")
    }

    @Test(.enabled(if: getuid() == 0, "only root reads for others"))
    func nobodyGetsASecretByALinkOrASecondName() throws {
        let specification = LaunchSpecification(command: ["true"], environmentFile: path)
        func reason() -> String? {
            #expect(throws: LaunchError.self) { try entries(specification, switches: true) }?.description
        }
        let secret = folder.path + "/secret"
        try Files.replace(secret, with: "KEY=1\n".utf8)
        #expect(symlink(secret, path) == 0)
        #expect(reason() == "env_file: \(path) leads through a symbolic link (name the file itself)")
        unlink(path)
        #expect(link(secret, path) == 0)
        #expect(reason() == "env_file: cannot read \(path), which has 2 names: Too many links")
        unlink(secret)
        #expect(try entries(specification, switches: true)["KEY"] == "1", "root's own file is fine")
        #expect(chown(path, 65534, 65534) == 0)
        #expect(try entries(specification, switches: true)["KEY"] == "1", "the user's own too")
        #expect(chown(path, 12345, 12345) == 0)
        #expect(
            reason() == "env_file: \(path) belongs to uid 12345 (it must belong to uid 0 or 65534: chown it)")
    }

    @Test(.enabled(if: getuid() == 0, "only root's services run as root"))
    func nobodyElseSaysWhatRunsAsRoot() throws {
        try Files.replace(path, with: "LD_PRELOAD=/tmp/evil.so\n".utf8)
        let specification = LaunchSpecification(command: ["true"], environmentFile: path)
        #expect(chown(path, 65534, 65534) == 0)
        let error = #expect(throws: LaunchError.self) { try entries(specification, uid: 0, switches: false) }
        #expect(error?.description == "env_file: \(path) belongs to uid 65534 (it must belong to uid 0: chown it)")
    }

    @Test(
        arguments: zip(
            [UInt32(0o602), 0o620], ["others (chmod go-w PATH)", "the group \(getegid()) (chmod g-w PATH)"]))
    func aFileThatOthersCanWriteIsRefused(mode: UInt32, who: String) throws {
        try Files.replace(path, with: "A=1\n".utf8)
        #expect(chmod(path, mode) == 0)
        let specification = LaunchSpecification(command: ["true"], environmentFile: path)
        let error = #expect(throws: LaunchError.self) { try entries(specification, uid: 0, switches: false) }
        let text = "env_file: \(path) can be written by " + who.replacing("PATH", with: path)
        #expect(error?.description == text)
    }
}
