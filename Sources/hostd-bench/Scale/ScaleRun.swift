// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// One supervisor with all its children: started, killed all at once, stopped.
final class ScaleRun {
    let subject: ScaleSubject
    let folder: String
    let services: Int
    /// From the start of the supervisor to the first instruction of its last child.
    private(set) var startTook: Duration = .zero
    /// From just before the first kill to the first instruction of half, 99 % and all of the replacements; one for each
    /// round.
    private(set) var returns: [(half: Duration, most: Duration, all: Duration)] = []
    private let supervisor: SupervisorProcess
    private let ring: Ring
    private var children: [ProcessIdentity] = []

    /// A child that has lived so long counts as proven everywhere.
    private static let ageLeast: Duration = .milliseconds(1500)
    private static let patience: Duration = .seconds(60)
    private static let stopPatience: Duration = .seconds(30)

    var pid: Int32 { supervisor.pid }

    /// Starts the supervisor and waits for all its children.
    init(_ subject: ScaleSubject, program: String, services: Int, in folder: String) throws {
        self.subject = subject
        self.folder = folder
        self.services = services
        let arguments = try subject.prepare(folder, services)
        ring = try Ring(path: folder + "/ring")
        let began = Clock.now
        supervisor = try SupervisorProcess(program, arguments, output: folder + "/output")
        let messages = try collect("start")
        startTook = (messages.map(\.began).max() ?? began) - began
    }

    /// Kills all children at once and waits for as many others.
    func round() throws {
        Pause.sleep(Self.ageLeast)
        // Opened before the clock runs: what is measured is the supervisor.
        let processes = children.compactMap { ScaleChild($0) }
        guard processes.count == services else {
            throw BenchError("\(services - processes.count) children of \(subject.name) were gone before the kill")
        }
        let killed = Clock.now
        for process in processes { process.kill() }
        let times = try collect("bring back").map { $0.began - killed }.sorted()
        returns.append((times[services / 2], times[services * 99 / 100], times[services - 1]))
    }

    /// Ends the supervisor and what it leaves.
    func stop() {
        supervisor.stop(subject.stopSignal, patience: Self.stopPatience)
        for child in children { SupervisorProcess.kill(child) }
    }

    private func collect(_ what: String) throws -> [Ring.Message] {
        var messages: [Ring.Message] = []
        let end = Clock.now + Self.patience
        while messages.count < services {
            guard let message = ring.next(within: end - Clock.now) else {
                stop()
                let words = (try? Files.readText(folder + "/output")) ?? ""
                throw BenchError(
                    "\(subject.name) did \(what) \(messages.count) of \(services) children in "
                        + "\(Self.patience.text)\n\(words.suffix(1000))")
            }
            messages.append(message)
        }
        children = messages.compactMap { Processes.identity(of: $0.pid) }
        return messages
    }
}

/// A child, held so that killing it takes one call.
private final class ScaleChild {
    private let pidfd: Descriptor

    init?(_ identity: ProcessIdentity) {
        guard let process = Processes.open(identity) else { return nil }
        pidfd = process
    }

    func kill() { Processes.signal(pidfd, 9) }
}
