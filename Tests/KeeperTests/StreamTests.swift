// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

/// The log pipes while the child runs.
@Suite struct StreamTests {
    private func mode(_ path: String) throws -> (kind: mode_t, mode: mode_t, uid: uid_t) {
        var info = stat()
        guard lstat(path, &info) == 0 else { throw SystemError(code: errno, call: "stat", subject: path) }
        return (info.st_mode & S_IFMT, info.st_mode & 0o7777, info.st_uid)
    }

    @Test func mergedStreamsKeepTheirOrder() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "for i in 1 2 3; do echo o$i; echo e$i >&2; done; sleep 1000"])
        let reader = try FifoReader(keeper.folder.path + "/out")
        try reader.wait(for: "e3\n")
        #expect(reader.text == "o1\ne1\no2\ne2\no3\ne3\n")
        #expect(!Files.exists(keeper.folder.path + "/err"))
    }

    @Test func separateStreamsHaveAPipeEach() throws {
        let keeper = try RunningKeeper(
            ["--streams", "separate"], ["sh", "-c", "echo o; echo e >&2; exec sleep 1000"])
        let out = try FifoReader(keeper.folder.path + "/out")
        let err = try FifoReader(keeper.folder.path + "/err")
        try out.wait(for: "o\n")
        try err.wait(for: "e\n")
        #expect(out.text == "o\n" && err.text == "e\n")
    }

    @Test func noStreamsMeansNullAndNoPipe() throws {
        let keeper = try RunningKeeper(["--streams", "none"], ["sleep", "1000"])
        let descriptors = ProcessFacts(pid: try keeper.mainPid()).descriptors
        #expect(descriptors == ["0": "/dev/null", "1": "/dev/null", "2": "/dev/null"])
        #expect(!Files.exists(keeper.folder.path + "/out") && !Files.exists(keeper.folder.path + "/err"))
    }

    @Test(.enabled(if: getuid() == 0, "only root can switch"))
    func theChildsUserOwnsThePipesAndCanReopenThem() throws {
        let script = "echo one >/dev/stdout; echo two >/dev/stderr; echo three >>/proc/self/fd/1; exec sleep 1000"
        let keeper = try RunningKeeper(
            ["--streams", "separate", "--uid", "65534", "--gid", "65534", "--groups", ""], ["sh", "-c", script])
        let out = try FifoReader(keeper.folder.path + "/out")
        try out.wait(for: "three\n")
        #expect(out.text == "one\nthree\n")
        try FifoReader(keeper.folder.path + "/err").wait(for: "two\n")
        for name in ["out", "err"] {
            let found = try mode(keeper.folder.path + "/" + name)
            #expect(found.kind == S_IFIFO && found.mode == 0o600 && found.uid == 65534)
        }
    }

    @Test func stdoutIsForWritingOnlyAndBlocking() throws {
        let keeper = try RunningKeeper([], ["sleep", "1000"])
        let text = try Files.readText("/proc/\(try keeper.mainPid())/fdinfo/1")
        let flags = text.split(separator: "\n").first { $0.hasPrefix("flags:") }?.split(separator: "\t").last
        let number = try #require(flags.flatMap { Int32($0, radix: 8) })
        #expect(number & O_ACCMODE == O_WRONLY && number & O_NONBLOCK == 0)
    }

    @Test func nobodyGetsSigpipeWhileNoReaderIsThere() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "echo unread; exec sleep 1000"])
        let main = try keeper.mainPid()
        try waitUntil("the shell's exec") { Processes.name(of: main) == "sleep" }
        do {
            let reader = try FifoReader(keeper.folder.path + "/out")
            try reader.wait(for: "unread\n")
        }
        // The reader is gone again; what is written now waits for the next one.
        let writer = try Descriptor(opening: "/proc/\(main)/fd/1", O_WRONLY)
        try writer.write(all: "still here\n".utf8)
        try FifoReader(keeper.folder.path + "/out").wait(for: "still here\n")
        #expect(ProcessFacts(pid: main).isAlive)
    }

    @Test func aChildThatClosesItsStdoutRunsOn() throws {
        let keeper = try RunningKeeper([], ["sh", "-c", "exec 1>&- 2>&-; exec sleep 1000"])
        let main = try keeper.mainPid()
        try waitUntil("the shell's exec") { Processes.name(of: main) == "sleep" }
        #expect(ProcessFacts(pid: main).descriptors.keys.sorted() == ["0"])
        keeper.signal(41, value: 0)
        #expect(try keeper.exitRecord()["signal"] == "9")
    }

    @Test func thePipeHasTheSizeThatWasAsked() throws {
        let keeper = try RunningKeeper(["--pipe-size", "262144"], ["sleep", "1000"])
        _ = try keeper.record("start")
        let end = try Descriptor(opening: keeper.folder.path + "/out", O_RDONLY | O_NONBLOCK)
        #expect(fcntl(end.raw, 1032) == 262_144)
    }
}
