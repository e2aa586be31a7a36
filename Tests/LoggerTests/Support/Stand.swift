// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux
import TestKit
import Testing

@testable import HostLogs

/// A wanted set with real files and FIFOs but without a program around it: the test says what time it is.
final class Stand {
    let place: TemporaryFolder
    let run: String
    let log: String
    let tools: Tools
    let wanted: WantedSet
    /// What hostd was told and the test has not looked at.
    private(set) var replies: [LoggerReply] = []

    init(log: String? = nil) throws {
        place = try TemporaryFolder()
        run = place.path + "/run"
        self.log = log ?? place.path + "/log"
        try Files.makeFolder(run)
        tools = try Tools()
        tools.now = Instant(nanoseconds: 1_000_000_000_000)
        wanted = WantedSet(folder: self.log, tools: tools)
        tools.reply = { [unowned self] in replies.append($0) }
    }

    func pipe(_ instance: String, hasRelay: Bool = true) throws -> HeldPipe {
        try HeldPipe(run: run, instance: instance, hasRelay: hasRelay)
    }

    func want(_ pipe: HeldPipe, in log: String) {
        wanted.want(pipe: pipe.instance, log: log, fifo: pipe.fifo, tail: pipe.tail)
    }

    /// Lets time pass and does rounds as the logger does until nothing more happens. One that never comes to rest would
    /// use a whole processor.
    func settle(after milliseconds: Int64 = 0) {
        tools.now = tools.now + .milliseconds(milliseconds)
        for _ in 0..<1000 {
            let count = tools.epoll.wait(milliseconds: 0)
            for index in 0..<count {
                let event = tools.epoll.event(index)
                wanted.ready(slot: Int(event.token), event.events)
            }
            if tools.takeDueTick() { wanted.tick() }
            tools.serveReady()
            tools.flushDue()
            tools.serveFollowers()
            wanted.sweep()
            if count == 0 && tools.ready.isEmpty && tools.following.isEmpty { return }
        }
        Issue.record("it does not come to rest")
    }

    /// Moves what lies in the pipes, and lets nobody follow.
    func moveOnly() {
        for index in 0..<tools.epoll.wait(milliseconds: 0) {
            let event = tools.epoll.event(index)
            wanted.ready(slot: Int(event.token), event.events)
        }
        tools.serveReady()
    }

    /// How long it would sleep now; -1: until something happens.
    var sleepMilliseconds: Int32 { tools.waitMilliseconds }

    func takeReplies() -> [LoggerReply] {
        defer { replies = [] }
        return replies
    }

    func current(_ name: String) -> String {
        (try? Files.readText(log + "/" + name + "/current", limit: 1 << 26)) ?? ""
    }

    /// Replaces a file of a log's folder by other bytes, in place.
    func overwrite(_ name: String, with text: String) throws {
        let file = try Descriptor(opening: log + "/" + name, 0o1001)
        try file.write(all: text.utf8)
    }

    func isLocked(_ name: String) throws -> Bool {
        let lock = try Descriptor(opening: log + "/" + name + "/lock", 0)
        return try lock.isLockedElsewhere()
    }
}
