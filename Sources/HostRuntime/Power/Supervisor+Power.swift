// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostLoop

/// Sleep: noticed when it is over, and kept off while a service wants that.
extension Supervisor {
    /// Looks at the clocks with each timer that fires, and when the wall clock is set.
    func hearPower() {
        wantAwake(of: configuration)
        loop.onTimer = { [weak self] due in self?.look(due: due) }
        do throws(SystemError) {
            clockWatch = try ClockWatch(loop: loop) { [weak self] in
                self?.look(due: nil)
                self?.lookAtSchedules()
            }
        } catch {
            Journal.say(.warning, "a suspend will be noticed late: \(error)")
        }
    }

    /// SIGCONT.
    func wasContinued() {
        sleep.continued(at: loop.now)
        let due = timers.values.compactMap(\.at).min()
        look(due: due)
    }

    private func look(due: Instant?) {
        guard let absence = sleep.look(PowerLink.clocks, due: due) else { return }
        history.add(host: "awake", "\(absence.text); probes are asked anew")
        feed(.away(absence.time))
        feedJobs(.away(absence.time))
    }

    /// Lets the host sleep or not, by what runs.
    func keepAwake() {
        let running = power.candidates.filter { machine.services[$0]?.state.instance != nil }.map(\.text)
        let working = jobs.kinds.filter { $0.value.keepAwake && jobs.board.jobs[$0.key]?.state.instance != nil }
            .map(\.key.name.text)
        guard !running.isEmpty || !working.isEmpty || !power.heldFor.isEmpty else { return }
        power.want(for: running + working.sorted())
    }

    /// Tells what the configuration says.
    func wantAwake(of configuration: HostConfiguration) {
        power.candidates = configuration.services.filter(\.keepAwake).map(\.name)
        keepAwake()
    }
}
