// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// Whoever cannot have the lock knows that the keeper lives.
@Suite struct LockTests {
    private func isLocked(_ folder: TemporaryFolder) throws -> Bool {
        try !Descriptor(opening: folder.path + "/lock", O_RDWR).tryLock()
    }

    private func lockOf(_ folder: TemporaryFolder) throws -> Descriptor {
        let lock = try Descriptor(opening: folder.path + "/lock", O_RDWR | O_CREAT)
        #expect(try lock.tryLock())
        return lock
    }

    @Test func isHeldForExactlyTheKeepersLife() throws {
        let folder = try TemporaryFolder()
        let keeper: RunningKeeper
        do {
            let lock = try lockOf(folder)
            keeper = try RunningKeeper(["--lock-fd", "3"], ["sleep", "1000"], in: folder, keeping: [lock.raw])
        }
        let main = try keeper.mainPid()
        #expect(try isLocked(folder))
        #expect(!ProcessFacts(pid: main).descriptors.values.contains(folder.path + "/lock"))
        keeper.signal(41, value: 0)
        try keeper.exitCode()
        #expect(try !isLocked(folder))
    }

    @Test func goesWithAKilledKeeperThoughItsTreeLives() throws {
        let folder = try TemporaryFolder()
        let keeper: RunningKeeper
        do {
            let lock = try lockOf(folder)
            let script = "setsid sleep 1000 & exec sleep 1000"
            keeper = try RunningKeeper(["--lock-fd", "3"], ["sh", "-c", script], in: folder, keeping: [lock.raw])
        }
        try waitForProcesses(2, withToken: keeper.token)
        keeper.kill()
        #expect(try !isLocked(folder))
        try waitForProcesses(1, withToken: keeper.token)
    }

    @Test func isTakenByTheKeeperItselfWhenNoneWasHandedToIt() throws {
        let keeper = try RunningKeeper([], ["sleep", "1000"])
        _ = try keeper.record("start")
        #expect(try isLocked(keeper.folder))
        keeper.kill()
        #expect(try !isLocked(keeper.folder))
    }

    @Test func whoCannotHaveItStartsNothing() throws {
        let folder = try TemporaryFolder()
        let lock = try lockOf(folder)
        let result = try run(
            RunningKeeper.program, ["--dir", folder.path, "--", "touch", folder.path + "/started"])
        #expect(result.code == 1)
        #expect(result.error == "hostd-keeper: cannot lock \(folder.path)/lock: another process holds it\n")
        #expect(try Files.list(folder.path) == ["lock"])
        #expect(lock.raw >= 0)
    }

    @Test func whoLooksForAMomentDoesNoHarm() throws {
        let folder = try TemporaryFolder()
        let keeper: RunningKeeper
        do {
            let lock = try lockOf(folder)
            keeper = try RunningKeeper([], ["sleep", "1000"], in: folder)
            try waitUntil("the keeper to try") {
                ProcessFacts(pid: keeper.pid).descriptors.values.contains(folder.path + "/lock")
            }
            #expect(lock.raw >= 0)
        }
        #expect(try ProcessFacts(pid: keeper.mainPid()).isAlive)
    }

    @Test func aMissingFolderIsTold() throws {
        let result = try run(RunningKeeper.program, ["--dir", "/nowhere", "--", "true"])
        #expect(result.code == 1)
        #expect(result.error == "hostd-keeper: cannot lock /nowhere/lock: No such file or directory\n")
    }

    @Test func aDescriptorThatIsNoneIsRefused() throws {
        let folder = try TemporaryFolder()
        let result = try run(RunningKeeper.program, ["--dir", folder.path, "--lock-fd", "77", "--", "true"])
        #expect(result.code == 1)
        #expect(result.error == "hostd-keeper: cannot lock \(folder.path)/lock: Bad file descriptor\n")
    }
}
