// SPDX-License-Identifier: Apache-2.0

import HostCore
import HostLinux

/// One supervisor with its child, over all rounds.
final class RecoveryRace {
    let name: String
    private(set) var times: [Duration] = []
    private let folder: String
    private let supervisor: SupervisorProcess
    private let ring: Ring
    private let unit: String?
    private var child: Ring.Message
    private var identity: ProcessIdentity

    /// A child that has lived so long counts as proven everywhere: some wait for a second before they replace a
    /// younger one.
    private static let ageLeast: Duration = .milliseconds(1200)
    private static let patience: Duration = .seconds(10)

    /// Starts the supervisor and waits for its child.
    init(_ contestant: Contestant, program: String, in folder: String) throws {
        name = contestant.name
        self.folder = folder
        unit = contestant.unit
        let arguments = try contestant.prepare(folder)
        ring = try Ring(path: folder + "/ring")
        supervisor = try SupervisorProcess(program, arguments, output: folder + "/output")
        guard let first = ring.next(within: Self.patience), let process = Processes.identity(of: first.pid) else {
            supervisor.stop(patience: Self.patience)
            throw BenchError("\(name) started no child in \(Self.patience.text)\(Self.words(in: folder))")
        }
        child = first
        identity = process
    }

    /// Kills the child and waits for the next one.
    func round(pause: Duration) throws {
        let age = Clock.now - child.began
        Pause.sleep(max(.zero, Self.ageLeast - age) + pause)
        guard let process = Processes.open(identity) else {
            throw BenchError("the child of \(name) was gone before it was killed\(Self.words(in: folder))")
        }
        let killed = Clock.now
        Processes.signal(process, 9)
        guard let next = ring.next(within: Self.patience), let fresh = Processes.identity(of: next.pid) else {
            throw BenchError("\(name) did not bring its child back in \(Self.patience.text)\(Self.words(in: folder))")
        }
        times.append(next.began - killed)
        child = next
        identity = fresh
    }

    /// Ends the supervisor and its child.
    func stop() {
        supervisor.stop(patience: Self.patience)
        if let unit, let program = BenchPrograms.installed("systemctl") {
            let stop = try? SupervisorProcess(program, ["stop", unit], output: folder + "/output")
            _ = stop?.ends(within: Self.patience)
        }
        // Some leave it running.
        SupervisorProcess.kill(identity)
    }

    /// The last that the supervisor said, for an error.
    private static func words(in folder: String) -> String {
        let text = (try? Files.readText(folder + "/output")) ?? ""
        let lines = text.split(separator: "\n").suffix(5)
        return lines.isEmpty ? " and said nothing" : "; it said:\n" + lines.joined(separator: "\n")
    }
}
