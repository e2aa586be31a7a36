// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostLoop
import TestKit
import Testing

/// Doorbells ring where records have changed; one that is not heard costs a second and nothing else.
struct LostRingTests {
    /// ppoll(2): the keeper has rung, or has given it up, and holds its tree.
    private static func isHolding(_ keeper: Int32) -> Bool {
        ((try? Files.readText("/proc/\(keeper)/syscall", limit: 4096)) ?? "").hasPrefix("\(ppollNumber) ")
    }

    #if arch(arm64)
        private static let ppollNumber = 73
    #else
        private static let ppollNumber = 271
    #endif

    @Test(.enabled(if: Files.exists("/proc/self/syscall"), "the kernel does not show system calls"))
    func aStartWhoseRingIsLostIsFoundInItsRecord() throws {
        let folder = try TemporaryFolder()
        let loop = try TestLoop()
        let launcher = try Launcher(
            loop: loop.events, run: folder.path, keeper: Programs.path("hostd-keeper"), epoch: "test")
        let instance = try #require(InstanceID("sleeper.1"))
        let specification = ServiceSpecification(
            name: instance.service, launch: LaunchSpecification(command: ["sleep", "1000"]))
        var started: ProcessIdentity?
        launcher.news = { _, news in
            if case .started(let process, _) = news { started = process }
            loop.stop()
        }
        // Nobody listens meanwhile: the queue is full before the keeper rings.
        let stranger = try DatagramSender(to: folder.path + "/doorbell")
        while stranger.send(Array("noise\n".utf8)) == .sent {}
        try launcher.launch(
            instance, specification, try PreparedLaunch(instance, specification.launch, known: nil),
            pipeSizeBytes: 65536)
        let keeper = try #require(launcher.keeperPid(instance))
        defer { launcher.endTree(instance, grace: .zero) }
        try waitUntil("the keeper to give the ring up") { Self.isHolding(keeper) }
        try loop.run(until: "news of the start")
        #expect(started != nil)
    }
}
