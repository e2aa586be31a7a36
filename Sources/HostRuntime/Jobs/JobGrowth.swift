// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// A disk that is nearly full: one job at a time is interrupted, the one that writes most. It goes on when there is
/// room.
extension Supervisor {
    private static let deadline: Duration = .seconds(10)

    /// A running attempt, and where it writes.
    private nonisolated struct Writer: Sendable {
        let instance: InstanceID
        let keeper: Int32
        /// Its working folder and its log.
        let places: [String]
        /// What it had written when it was looked at last.
        let before: UInt64
    }

    /// Interrupts the job that has written most to this file system of late, if any did.
    func interruptGrower(on site: DiskSite) {
        let writers = jobs.board.jobs.values.compactMap { job -> Writer? in
            guard case .running(let run) = job.state, let keeper = launcher.keeperPid(run.instance) else { return nil }
            let directory = knownKind(of: job)?.launch.directory
            return Writer(
                instance: run.instance, keeper: keeper,
                places: [directory, "\(folders.log)/\(job.id.name)"].compactMap(\.self),
                before: jobs.pulse.written[run.instance] ?? 0)
        }
        guard !writers.isEmpty else { return }
        let device = site.system.device
        files.submit(deadline: Self.deadline) { () -> (instance: InstanceID, bytes: UInt64)? in
            let here = writers.filter { $0.places.contains { (try? FileStatus(at: $0).device) == device } }
            let written = ProcessTrees.writtenBytes(below: Set(here.map(\.keeper)))
            let growths = here.map { writer in
                let now = written[writer.keeper] ?? 0
                return (instance: writer.instance, bytes: now - min(now, writer.before))
            }
            return growths.filter { $0.bytes > 0 }.max { $0.bytes < $1.bytes }
        } then: { [weak self] (outcome: WorkOutcome<(instance: InstanceID, bytes: UInt64)?>) in
            guard case .done(let found?) = outcome, let id = JobDesk.job(of: found.instance) else { return }
            let why = "\(site.name) is nearly full, and it writes most: \(ByteText.text(found.bytes)) of late"
            self?.feed(job: id, .interrupt(why))
        }
    }
}
