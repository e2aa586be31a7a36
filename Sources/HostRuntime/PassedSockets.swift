// SPDX-License-Identifier: Apache-2.0

internal import HostLaunch
internal import HostLinux

/// What the service manager hands to a hostd that it starts: the control socket, at which it listens also while no
/// hostd runs (hostd.socket), and what an earlier hostd gave it to keep.
struct PassedSockets {
    /// One that an earlier hostd held for a service.
    struct Held {
        let name: String
        let number: Int32
    }

    /// The number of the control socket; nil: hostd makes one itself.
    private(set) var control: Int32?
    /// The sockets for services.
    private(set) var held: [Held] = []

    /// Takes what there is. What is neither is closed, with a word why.
    init(controlPath: String) {
        var control: Int32?
        var held: [Held] = []
        PassedDescriptors.take { passed in
            let name = passed.name
            let socket = passed.takeDescriptor()
            if name.hasPrefix(HeldSockets.namePrefix) {
                held.append(Held(name: name, number: socket.release()))
            } else if let problem = PassedListener.problem(socket, at: controlPath) {
                Journal.say(
                    .warning,
                    "the service manager passes \"\(name)\" as control socket, but \(problem): hostd listens at "
                        + "\(controlPath) itself, and whoever asks while it is away is refused (hostd.socket needs "
                        + "ListenStream=\(controlPath); systemctl stop hostd.socket, then systemctl restart hostd "
                        + "make it anew)")
            } else if control == nil {
                control = socket.release()
            }
        }
        self.control = control
        self.held = held
    }
}
