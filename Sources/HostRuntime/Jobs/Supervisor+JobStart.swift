// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLoop

/// The first seconds of hostd: nobody knows yet how the disks and the network do. An outage that outlives hostd must
/// not let a job begin an attempt before it is seen again.
extension Supervisor {
    /// Who has not answered by then is taken for well.
    private static let patience: Duration = .seconds(30)

    /// Whether there was a look at what this job needs.
    func isHostKnown(for job: JobMachine) -> Bool {
        guard loop.now < jobs.loadedAt + Self.patience else { return true }
        guard conditions.contains(where: { $0.kind == "disk" }) else { return false }
        return !job.rules.needs.contains(.network) || isNetworkKnown
    }

    private var isNetworkKnown: Bool {
        let machine = network.machine
        let hasAnswered = machine.targets.contains { $0.lastAt != nil && $0.failure == nil }
        return machine.targets.isEmpty || hasAnswered || machine.level == .critical
    }

    /// Works out how it is launched as soon as there was.
    func postpone(_ instance: InstanceID, of id: JobID) {
        jobs.postponed[id] = instance
        guard jobs.lookTimer == nil else { return }
        jobs.lookTimer = try? loop.timer { [weak self] in self?.planPostponed() }
        jobs.lookTimer?.arm(at: jobs.loadedAt + Self.patience)
    }

    /// More is known of the host.
    func planPostponed() {
        let postponed = jobs.postponed
        jobs.postponed = [:]
        for (id, instance) in postponed.sorted(by: { $0.key < $1.key }) { planAttempt(instance, of: id) }
    }
}
