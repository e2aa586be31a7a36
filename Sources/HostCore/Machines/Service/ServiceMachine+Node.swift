// SPDX-License-Identifier: Apache-2.0

/// A launch that would not have run on the Node that was pinned. It is no failure of the service: nothing was started,
/// and it goes on by itself when the Node is right again.
extension ServiceMachine {
    mutating func launchRefused(_ instance: InstanceID, _ why: String, at now: Instant) {
        guard state.instance == instance else { return }
        switch state {
        case .launching where queuedStop == nil: break
        case .hooking(let run) where run.ended == nil && run.next != .stop: break
        // On its way down, or after its end: like a launch that failed.
        case .launching, .hooking, .ending: return launchFailed(instance, why, at: now)
        case .up, .stopped, .held, .waiting, .pausing: return
        }
        effects.append(.forget(instance))
        enter(.waiting(.node), as: .waiting, because: why, at: now)
    }

    mutating func nodeChanged(at now: Instant) {
        guard case .waiting(.node) = state else { return }
        checkPorts(at: now)
    }
}
