// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import HostCore
internal import HostLaunch
internal import HostLinux

/// Listening for services (`listen`): from the first start of one until it rests.
extension Supervisor {
    /// Listens where a service is about to be launched; the first port that somebody else has. What else is wrong, the
    /// launch says.
    func holdSockets(_ addresses: [HeldAddress], for name: ServiceName) -> UInt16? {
        guard !addresses.isEmpty else { return nil }
        do throws(HeldSockets.Refusal) {
            _ = try heldSockets.hold(addresses, for: name)
            return nil
        } catch {
            return error.error.code == EADDRINUSE ? error.address.port : nil
        }
    }

    /// What a launch of a service gets. What an earlier one listened at and this one does not is closed.
    func socketsForLaunch(of service: ServiceSpecification) throws(LaunchError) -> [Int32] {
        let addresses = service.launch.listen
        guard !addresses.isEmpty else {
            heldSockets.release(service.name)
            return []
        }
        do throws(HeldSockets.Refusal) {
            return try heldSockets.hold(addresses, for: service.name)
        } catch {
            throw LaunchError("\(error.error)")
        }
    }

    /// Takes over what an earlier hostd held: what it left open in this process, and what the service manager kept.
    /// From now on the manager keeps what is held.
    func takeBackSockets(_ inherited: [Int32], _ passed: [PassedSockets.Held]) {
        heldSockets.onHold = { [weak self] in self?.manager.keep($0, named: $1) }
        heldSockets.onRelease = { [weak self] in self?.manager.release($0) }
        for number in inherited { heldSockets.inherit(number) }
        for socket in passed where !heldSockets.inherit(socket.number) { manager.release(socket.name) }
    }

    /// Gets back what an earlier hostd held, before anything is launched.
    func recoverSockets() {
        for service in machine.services.values where ![.stopped, .held].contains(service.phase) {
            recoverSockets(of: service)
        }
        heldSockets.closeUnwanted()
    }

    /// Sees to it that what an instance listens at is held here too.
    func recoverSockets(of instance: InstanceID) {
        guard let service = machine.services[instance.service], service.state.instance == instance else { return }
        recoverSockets(of: service)
    }

    private func recoverSockets(of service: ServiceMachine) {
        let specification = service.specification
        guard !specification.launch.listen.isEmpty else { return }
        let keeper = service.state.instance.flatMap { launcher.keeperPid($0) }
        do throws(SystemError) {
            try heldSockets.recover(specification.launch.listen, for: specification.name, from: keeper)
        } catch {
            Journal.say(
                .warning,
                "\(specification.name): the sockets that it listens at cannot be got back from its keeper (\(error)); "
                    + "they are closed when all its instances have ended")
        }
    }
}
