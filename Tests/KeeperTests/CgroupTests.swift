// SPDX-License-Identifier: Apache-2.0

import CHost
import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// A tree in a cgroup of its own. The hierarchy is mounted in a namespace of the test's own, so this needs root, but no
/// hierarchy of the host's.
@Suite(.enabled(if: PrivateMount.isPossible("cgroup2"), "there is no cgroup v2 to be mounted")) struct CgroupTests {
    /// A cgroup that is removed at the end.
    final class Group {
        let mount: PrivateMount
        let name = "hostd-test-" + newToken()
        var path: String { mount.path + "/" + name }

        init() throws {
            mount = try PrivateMount("cgroup2")
            try check("mkdir", path) { mkdir(path, 0o755) }
        }

        deinit {
            try? Files.write("1", to: path + "/cgroup.kill")
            try? waitUntil("the cgroup's end") { rmdir(path) == 0 || errno == ENOENT }
        }

        func members() throws -> [Int32] {
            try Files.readText(path + "/cgroup.procs").split(separator: "\n").compactMap { Int32($0) }
        }

        func isPopulated() throws -> Bool {
            try Files.readText(path + "/cgroup.events").contains("populated 1")
        }

        /// Moves a process out of it.
        func release(_ pid: Int32) throws {
            try Files.write("\(pid)", to: mount.path + "/cgroup.procs")
        }
    }

    private let group: Group

    init() throws {
        group = try Group()
    }

    @Test func theChildIsInItAndTheKeeperIsNot() throws {
        let keeper = try RunningKeeper(["--cgroup", group.path], ["sh", "-c", "setsid sleep 1000 & exec sleep 1000"])
        let members = try waitForProcesses(2, withToken: keeper.token)
        #expect(try Set(group.members()) == Set(members))
        #expect(members.contains(try keeper.mainPid()))
    }

    @Test(.enabled(if: getuid() == 0, "only root can switch"))
    func aChildOfAnotherUserJoinsItToo() throws {
        let options = ["--cgroup", group.path, "--uid", "65534", "--gid", "65534", "--groups", ""]
        let keeper = try RunningKeeper(options, ["sleep", "1000"])
        let main = try keeper.mainPid()
        #expect(try group.members() == [main])
    }

    @Test func theEndIsProvenByTheCgroup() throws {
        let script = "trap '' TERM; for i in 1 2 3; do setsid sh -c 'sleep 1000 & sleep 1000' & done; sleep 1000"
        let keeper = try RunningKeeper(["--cgroup", group.path], ["sh", "-c", script])
        try waitUntil("all of them") { try group.members().count == 11 }
        keeper.signal(41, value: 0)
        #expect(try keeper.exitRecord()["tree"] == "empty")
        #expect(try !group.isPopulated())
        #expect(rmdir(group.path) == 0)
    }

    @Test func leftOversAreEndedWithoutBeingWaitedForLonger() throws {
        let script = "setsid sh -c 'sleep 1000 & sleep 1000' & sleep 0.2; exit 2"
        let keeper = try RunningKeeper(["--cgroup", group.path, "--leftovers-ms", "600000"], ["sh", "-c", script])
        let exit = try keeper.exitRecord()
        #expect(exit["code"] == "2" && exit["tree"] == "empty")
        #expect(try !group.isPopulated())
    }

    @Test func whoHasLeftTheCgroupIsKilledToo() throws {
        let script = "trap '' TERM; setsid sleep 1000 & sleep 1000"
        let keeper = try RunningKeeper(["--cgroup", group.path], ["sh", "-c", script])
        let members = try waitForProcesses(3, withToken: keeper.token)
        let main = try keeper.mainPid()
        let leaver = try #require(members.first { $0 != main })
        try group.release(leaver)
        keeper.signal(41, value: 0)
        #expect(try keeper.exitRecord()["tree"] == "empty")
        #expect(processes(withToken: keeper.token).isEmpty)
    }

    @Test func aStrangerInTheCgroupIsEndedWithIt() throws {
        let keeper = try RunningKeeper(
            ["--cgroup", group.path, "--leftovers-ms", "600000"], ["sh", "-c", "read x </dev/zero"])
        _ = try keeper.mainPid()
        let process = try Processes.spawn("/bin/sleep", ["1000"])
        let pid = process.pid
        let stranger = process.takeDescriptor()
        try Files.write("\(pid)", to: group.path + "/cgroup.procs")
        keeper.signal(40, value: SIGKILL)
        let exit = try keeper.exitRecord()
        #expect(exit["signal"] == "9" && exit["tree"] == "empty")
        #expect(!ProcessFacts(pid: pid).isAlive)
        var status: Int32 = 0
        #expect(try waitFor("its end") { chost_pidfd_reap(stranger.raw, &status) == 1 ? status : nil } == SIGKILL)
    }

    @Test func aTreeThatIsGoneAtOnceCostsNoWaiting() throws {
        // The cgroup may count the dead for a moment longer than their parent does.
        for _ in 0..<20 {
            let keeper = try RunningKeeper(["--cgroup", group.path, "--leftovers-ms", "600000"], ["true"])
            #expect(try keeper.exitRecord()["tree"] == "empty")
        }
    }
}
