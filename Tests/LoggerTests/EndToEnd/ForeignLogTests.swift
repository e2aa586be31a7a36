// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostLogs
import TestKit
import Testing

/// The real logger, its child and its helpers on folders of other users.
@Suite struct ForeignLogTests {
    private let logger: LoggerUnderTest
    private let place: TemporaryFolder
    private let user: UInt32 = 12345
    private var home: String { place.path + "/home" }

    init() throws {
        logger = try LoggerUnderTest()
        place = try TemporaryFolder()
        try Files.setMode(place.path, 0o755)
        try Files.makeFolder(home, mode: 0o755)
        if getuid() == 0 { chown(home, user, user) }
    }

    private func make(_ path: String, _ text: String, owner: UInt32? = nil, mode: UInt32 = 0o644) throws {
        try Files.replace(path, with: text.utf8, mode: mode)
        if getuid() == 0 { chown(path, owner ?? user, owner ?? user) }
    }

    private func foreign(
        _ path: String, _ method: ForeignLogSpecification.Method = .rename, maxSize: UInt64? = 5, keep: Int? = 2,
        reopen: ForeignLogSpecification.Reopen? = nil, user: String? = nil
    ) throws -> LoggerMessage {
        .foreign(
            ForeignLogSpecification(
                name: try #require(ServiceName("own")), path: path, method: method, maxSizeBytes: maxSize, keep: keep,
                reopen: reopen, user: user))
    }

    private func copies(in folder: String, of name: String) -> [String] {
        ((try? Files.list(folder)) ?? []).filter { $0.hasPrefix(name + ".2") && $0.hasSuffix("Z") }
    }

    private func waitForError(_ hostd: LoggerConnection, _ text: String) throws {
        try hostd.waitForReply("an error that says \(text)") {
            if case .error("own", let said) = $0 { said.contains(text) } else { false }
        }
    }

    @Test func aFileIsRenamedAndHostdIsToldToHaveItReopened() throws {
        try make(home + "/gateway.err.log", "Error: one\n")
        let hostd = try logger.start()
        let service = try #require(ServiceName("gateway"))
        try hostd.want([try foreign(home + "/gateway.err.log", reopen: .signal(SIGUSR1, service: service))])
        try hostd.wait(for: .reopen(name: "own"))
        #expect(copies(in: home, of: "gateway.err.log").count == 1)
        #expect(!Files.exists(home + "/gateway.err.log"))
    }

    @Test func aReopenNobodyHeardOfIsToldToTheNextHostd() throws {
        try make(home + "/gateway.err.log", "Error: one\n")
        var hostd: LoggerConnection? = try logger.start()
        let service = try #require(ServiceName("gateway"))
        let wanted = try foreign(home + "/gateway.err.log", reopen: .signal(SIGUSR1, service: service))
        try hostd?.want([wanted])
        hostd = nil
        try waitUntil("the file to be renamed", seconds: 60) { copies(in: home, of: "gateway.err.log").count == 1 }
        try waitUntil("the child to end", seconds: 60) {
            try Descriptor(opening: logger.run + "/tender.lock", O_RDWR).tryLock()
        }
        let next = try logger.connect()
        try next.want([wanted])
        try next.wait(for: .reopen(name: "own"))
    }

    @Test func aCommandIsRunWithTheRightsOfTheFoldersOwner() throws {
        try make(home + "/a.log", "long enough\n")
        let command = ["/bin/sh", "-c", "id -u > \(home)/ran.new; mv \(home)/ran.new \(home)/ran"]
        try logger.start().want([try foreign(home + "/a.log", reopen: .exec(command))])
        try waitUntil("the command", seconds: 60) { Files.exists(home + "/ran") }
        #expect(try Files.readText(home + "/ran") == "\(getuid() == 0 ? user : getuid())\n")
    }

    @Test func aCommandThatFailsIsSaid() throws {
        try make(home + "/a.log", "long enough\n")
        let hostd = try logger.start()
        try hostd.want([try foreign(home + "/a.log", reopen: .exec(["/bin/sh", "-c", "exit 3"]))])
        try waitForError(hostd, "reopen.exec: exit 3")
    }

    // MARK: - What a user may try

    @Test(.enabled(if: getuid() == 0, "only root could be fooled"))
    func aLinkToAFileOfRootIsPassedOver() throws {
        let secret = place.path + "/secret.log"
        try make(secret, "root's own words\n", owner: 0, mode: 0o600)
        symlink(secret, home + "/a.log")
        try make(home + "/b.log", "long enough\n")
        try logger.start().want([try foreign(home + "/*.log", .truncate)])
        try waitUntil("the other file", seconds: 60) { copies(in: home, of: "b.log").count == 1 }
        #expect(try Files.readText(secret) == "root's own words\n")
        #expect(copies(in: home, of: "a.log").isEmpty)
    }

    @Test(.enabled(if: getuid() == 0, "only root could be fooled"))
    func aHardLinkToAFileOfRootIsNeitherReadNorEmptied() throws {
        let secret = place.path + "/secret.log"
        try make(secret, "root's own words\n", owner: 0, mode: 0o600)
        #expect(link(secret, home + "/a.log") == 0)
        let hostd = try logger.start()
        try hostd.want([try foreign(home + "/a.log", .truncate)])
        try waitForError(hostd, "Permission denied")
        #expect(try Files.readText(secret) == "root's own words\n")
        #expect(copies(in: home, of: "a.log").isEmpty)
    }

    @Test(.enabled(if: getuid() == 0, "only root could be fooled"))
    func aFolderThatIsALinkIsSearchedWithTheRightsOfWhoMadeIt() throws {
        let vault = place.path + "/vault"
        try Files.makeFolder(vault, mode: 0o755)
        try make(vault + "/a.log", "root's own words\n", owner: 0)
        symlink(vault, home + "/logs")
        lchown(home + "/logs", user, user)
        let hostd = try logger.start()
        try hostd.want([try foreign(home + "/logs/*.log")])
        try waitForError(hostd, "Permission denied")
        #expect(try Files.list(vault) == ["a.log"])
    }

    @Test(.enabled(if: getuid() == 0, "only root is refused"))
    func aFolderOfRootThatOthersCanWriteIsLeftAloneUnlessAUserIsNamed() throws {
        let shared = place.path + "/shared"
        try Files.makeFolder(shared, mode: 0o777)
        try Files.setMode(shared, 0o777)
        try make(shared + "/a.log", "long enough\n")
        let hostd = try logger.start()
        try hostd.want([try foreign(shared + "/a.log")])
        try waitForError(hostd, "say user = ")
        #expect(try Files.list(shared) == ["a.log"])
        try hostd.want([try foreign(shared + "/a.log", user: "\(user)")])
        try waitUntil("it to be renamed", seconds: 60) { copies(in: shared, of: "a.log").count == 1 }
    }

    @Test(.enabled(if: getuid() == 0, "only root has a user to miss"))
    func aUserThatIsNotThereIsSaid() throws {
        try make(home + "/a.log", "long enough\n")
        let hostd = try logger.start()
        try hostd.want([try foreign(home + "/a.log", user: "no-such-user")])
        try waitForError(hostd, "there is no user \"no-such-user\"")
        #expect(try Files.list(home) == ["a.log"])
    }
}
