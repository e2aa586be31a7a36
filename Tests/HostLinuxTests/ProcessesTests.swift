// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

struct ProcessesTests {
    private func wait(for pid: Int32) -> Int32 {
        var status: Int32 = 0
        waitpid(pid, &status, 0)
        return status
    }

    private func canOpen(_ identity: ProcessIdentity) -> Bool {
        guard let pidfd = Processes.open(identity) else { return false }
        return pidfd.raw >= 0
    }

    @Test func aProcessIsItsPidAndItsStartTime() throws {
        let own = try #require(Processes.identity(of: getpid()))
        #expect(own.pid == getpid())
        #expect(Processes.identity(of: getpid()) == own)
        #expect(canOpen(own))
        #expect(!canOpen(ProcessIdentity(pid: own.pid, startTicks: own.startTicks + 1)), "a reused pid")
        #expect(Processes.identity(of: .max) == nil)
        #expect(Processes.all().contains(getpid()))
    }

    @Test func aNameMayLookLikeFields() throws {
        let folder = try TemporaryFolder()
        let program = folder.path + "/a) R 1 (b"
        symlink("/bin/sleep", program)
        let process = try Processes.spawn(program, ["1000"])
        #expect(Processes.name(of: process.pid) == "a) R 1 (b")
        let identity = try #require(Processes.identity(of: process.pid))
        #expect(identity.startTicks >= Processes.identity(of: getpid())?.startTicks ?? .max)
        #expect(!Processes.isZombie(process.pid))
        kill(process.pid, SIGKILL)
        try waitUntil("its end") { Processes.isZombie(process.pid) }
        #expect(wait(for: process.pid) & 0x7F == SIGKILL)
        #expect(Processes.isZombie(process.pid), "gone altogether")
        #expect(!canOpen(identity))
        #expect(Processes.name(of: process.pid) == "")
    }

    /// What a shell prints that was spawned with `environment`.
    private func output(of script: String, environment: [String] = [], keeping: [Int32] = []) throws -> String {
        let folder = try TemporaryFolder()
        let path = folder.path + "/output"
        let file = try Descriptor(opening: path, O_WRONLY | O_CREAT)
        let process = try Processes.spawn(
            "/bin/sh", ["-c", script], environment: environment, output: file.raw, keeping: keeping)
        #expect(wait(for: process.pid) == 0)
        return try Files.readText(path)
    }

    @Test func aChildHasExactlyItsEnvironmentAndDescriptors() throws {
        #expect(
            try output(of: "exec /usr/bin/env", environment: ["A=1", "B=x y"]).split(separator: "\n").sorted()
                .filter { !$0.hasPrefix("PWD=") } == ["A=1", "B=x y"])
        #expect(try output(of: "cd /proc/self/fd && echo *").hasPrefix("0 1 2"))
        let file = try Descriptor(opening: "/proc/version", O_RDONLY)
        #expect(try output(of: "read -r word rest <&3; echo $word", keeping: [file.raw]) == "Linux\n")
        #expect(try output(of: "readlink /proc/self/fd/0", environment: ["PATH=/bin:/usr/bin"]) == "/dev/null\n")
    }

    @Test func aChildHasASessionAndCleanSignals() throws {
        let status = try output(of: "exec /bin/cat /proc/self/stat /proc/self/status")
        let fields = status.split(separator: "\n").first?.split(separator: " ") ?? []
        #expect(fields.count > 5 && fields[0] == fields[5], "the leader of a session of its own")
        for mask in ["SigBlk", "SigIgn", "SigCgt"] {
            #expect(status.contains("\(mask):\t0000000000000000"), "\(mask)")
        }
    }

    @Test func aChildThatNeedsNoSessionHasAProcessGroup() throws {
        let child = try Processes.spawn("/bin/sleep", ["600"], needsSession: false)
        defer { kill(child.pid, SIGKILL) }
        #expect(getpgid(child.pid) == child.pid)
        #expect(getsid(child.pid) == getsid(0))
    }

    @Test func whatCannotBeStartedSaysWhy() throws {
        let missing = #expect(throws: SystemError.self) { _ = try Processes.spawn("/no/such/program", []) }
        #expect(missing?.description == "cannot start /no/such/program: No such file or directory")
        let noProgram = #expect(throws: SystemError.self) { _ = try Processes.spawn("/etc/passwd", []) }
        #expect(noProgram?.description == "cannot start /etc/passwd: Permission denied")
    }

    @Test func manyThreadsMayStartProcessesAtOnce() throws {
        let results = (0..<8).map { _ in Gate(lettingThroughAt: 2) }
        for result in results {
            inBackground {
                for code in 1...20 {
                    guard let process = try? Processes.spawn("/bin/sh", ["-c", "exit \(code)"]) else { return }
                    var status: Int32 = 0
                    guard waitpid(process.pid, &status, 0) == process.pid, status == Int32(code) << 8 else { return }
                }
                result.pass()
            }
        }
        for result in results { result.pass() }
    }

    @Test func theEpochIsOfThisBootAndNamespace() throws {
        let boot = try Files.readText("/proc/sys/kernel/random/boot_id").prefix(36)
        #expect(Processes.epoch().hasPrefix(boot))
        #expect(Processes.epoch() == Processes.epoch())
    }
}
