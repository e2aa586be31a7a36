// SPDX-License-Identifier: Apache-2.0

/// What an instance may use.
extension ServiceMachine {
    /// An instance that does not keep a limit is replaced: the restart rules see a failure, so that one that never
    /// keeps it is not replaced for ever in a hurry.
    mutating func overLimit(_ instance: InstanceID, _ breach: LimitBreach, at now: Instant) {
        guard case .up(let life) = state, life.instance == instance else { return }
        let grace = breach.isUrgent ? .zero : specification.stop.grace
        end(next: .judge(forced: true), because: breach.reason, grace: grace, at: now)
    }
}
