// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Every way in which models.toml comes to say something else.
@Suite struct ModelFileTests {
    private static func started(_ text: String = HostUnderTest.policy("x/one")) throws -> HostUnderTest {
        let host = try HostUnderTest("")
        try host.writePolicy(text)
        try host.start()
        try host.waitModel("agent", "x/one")
        return host
    }

    private static func write(_ text: String, to path: String) throws {
        try Files.replace(path, with: Array(text.utf8))
    }

    @Test func aVolumeOfKubernetesIsSwappedByItsDataLink() throws {
        let host = try HostUnderTest("")
        let volume = host.dir + "/volume"
        for (name, model) in [("..one", "x/one"), ("..two", "x/two")] {
            try Files.makeFolder("\(volume)/\(name)", mode: 0o755)
            try Self.write(HostUnderTest.policy(model), to: "\(volume)/\(name)/models.toml")
        }
        symlink("..one", volume + "/..data")
        symlink("..data/models.toml", volume + "/models.toml")
        symlink("volume/models.toml", host.policyPath)
        try host.start()
        try host.waitModel("agent", "x/one")
        symlink("..two", volume + "/..data_tmp")
        rename(volume + "/..data_tmp", volume + "/..data")
        try host.waitModel("agent", "x/two")
    }

    @Test func aFileThatIsIncludedIsWatchedAsWell() throws {
        let host = try HostUnderTest("")
        try Files.makeFolder(host.dir + "/more", mode: 0o755)
        try Self.write("[tier.agent]\nmodel = \"x/one\"\n", to: host.dir + "/more/tiers.toml")
        try host.writePolicy("policy = \"test\"\ninclude = [\"more/tiers.toml\"]\n")
        try host.start()
        try host.waitModel("agent", "x/one")
        try Self.write("[tier.agent]\nmodel = \"x/two\"\n", to: host.dir + "/more/tiers.toml")
        try host.waitModel("agent", "x/two")
        rename(host.dir + "/more/tiers.toml", host.dir + "/more/away")
        try host.waitModels("the loss") { $0.file.state == "wrong" && $0.policy.generation == 2 }
    }

    /// The first part of it would be a policy of its own.
    @Test func aFileThatIsBeingWrittenIsNotReadBeforeItIsClosed() throws {
        let host = try Self.started()
        let file = try Descriptor(opening: host.policyPath, O_WRONLY | O_TRUNC)
        try file.write(all: Array(HostUnderTest.policy("x/half").utf8))
        // Whoever asks for it by name is told so, and nothing else happens meanwhile.
        let answer = try host.request("POST", "/v1/models/apply", body: [:])
        #expect(answer.status == 422 && String(decoding: answer.body, as: UTF8.self).contains("being written"))
        #expect(try host.models().policy.generation == 1)
        try file.write(all: Array("fallback = [\"x/other\"]\n".utf8))
        _ = consume file
        let models = try host.waitModel("agent", "x/half")
        #expect(models.tiers.first?.fallback == ["x/other"] && models.policy.generation == 2)
    }

    @Test func aFolderThatGoesAndComesBackIsFoundAgain() throws {
        let host = try HostUnderTest("")
        try Files.makeFolder(host.dir + "/place", mode: 0o755)
        try Self.write(HostUnderTest.policy("x/one"), to: host.dir + "/place/models.toml")
        symlink("place/models.toml", host.policyPath)
        try host.start()
        try host.waitModel("agent", "x/one")
        rename(host.dir + "/place", host.dir + "/gone")
        try host.waitModels("the loss") { $0.file.state == "missing" }
        try Files.makeFolder(host.dir + "/place", mode: 0o755)
        try Self.write(HostUnderTest.policy("x/two"), to: host.dir + "/place/models.toml")
        try host.waitModel("agent", "x/two")
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func aFolderThatIsUnmountedAndMountedAgainIsFoundAgain() throws {
        let host = try HostUnderTest("")
        let place = host.dir + "/place"
        try Files.makeFolder(place, mode: 0o755)
        try #require(mount("tmpfs", place, "tmpfs", 0, "mode=755") == 0)
        defer { umount2(place, Int32(MNT_DETACH)) }
        try Self.write(HostUnderTest.policy("x/one"), to: place + "/models.toml")
        symlink("place/models.toml", host.policyPath)
        try host.start()
        try host.waitModel("agent", "x/one")
        try #require(umount2(place, 0) == 0)
        let lost = try host.waitModels("the loss") { $0.file.state == "missing" }
        #expect(lost.policy.generation == 1)
        try #require(mount("tmpfs", place, "tmpfs", 0, "mode=755") == 0)
        try Self.write(HostUnderTest.policy("x/two"), to: place + "/models.toml")
        try host.waitModel("agent", "x/two")
    }

    @Test(.enabled(if: getuid() == 0, "needs root"))
    func aFileThatOthersCanWriteIsRefused() throws {
        let host = try Self.started()
        try Files.replace(host.policyPath, with: Array(HostUnderTest.policy("x/two").utf8))
        try Files.setMode(host.policyPath, 0o666)
        let models = try host.waitModels("the refusal") { $0.file.state == "wrong" }
        #expect(models.file.errors.first?.contains("can be written by others (chmod go-w") == true)
        try Files.setMode(host.policyPath, 0o644)
        try host.waitModel("agent", "x/two")
    }

    @Test func severalChangesInASecondBecomeOne() throws {
        let host = try Self.started()
        for number in 1...10 { try host.writePolicy(HostUnderTest.policy("x/number-\(number)")) }
        let models = try host.waitModel("agent", "x/number-10")
        #expect(models.policy.generation == 2)
    }

    /// hostd does not run while more happens in the folder than the kernel keeps for it (inotify(7)).
    @Test func anOverflowOfTheWatchLosesNoEdit() throws {
        let host = try Self.started()
        host.signal(SIGSTOP)
        defer { host.signal(SIGCONT) }
        let limit = Int(try Files.readText("/proc/sys/fs/inotify/max_queued_events").prefix { $0 != "\n" }) ?? 16_384
        try #require(limit <= 100_000, "the queue of this host is too long to be filled")
        for number in 0...(limit / 2) {
            try Files.replace("\(host.dir)/noise-\(number % 2)", with: [UInt8]())
        }
        try host.writePolicy(HostUnderTest.policy("x/two"))
        host.signal(SIGCONT)
        try host.waitModel("agent", "x/two")
    }
}
