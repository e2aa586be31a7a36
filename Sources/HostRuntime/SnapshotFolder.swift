// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// The snapshots of the service machines: `run/services/NAME`, replaced atomically, belonging to one epoch.
final class SnapshotFolder {
    private let path: String
    let epoch: String
    private var written: [ServiceName: FieldText] = [:]
    /// The newest snapshots could not be written: the next hostd would not know where its services are.
    private(set) var isFailing = false

    init(path: String, epoch: String) {
        self.path = path
        self.epoch = epoch
    }

    /// The snapshot of a service, nil when there is none of this epoch.
    func read(_ name: ServiceName) -> FieldText? {
        guard let text = try? Files.readText("\(path)/\(name)", limit: 1 << 20),
            let fields = FieldText(parsing: text), fields["epoch"] == epoch
        else { return nil }
        return fields
    }

    /// Forgets a service.
    func remove(_ name: ServiceName) {
        written[name] = nil
        try? Files.remove("\(path)/\(name)")
    }

    /// Writes the snapshot of a machine unless it stands there already. A failure is said once: supervision goes on
    /// without it.
    func write(_ machine: ServiceMachine) {
        var fields = machine.snapshot
        fields["epoch"] = epoch
        let name = machine.specification.name
        guard written[name] != fields else { return }
        do throws(SystemError) {
            try Files.replace("\(path)/\(name)", with: fields.text.utf8)
            written[name] = fields
            isFailing = false
        } catch {
            // What stands there now is old: the next write must not be taken for a repetition.
            written[name] = nil
            if !isFailing { Journal.say(.error, "\(error); a restart of hostd would not know where its services are") }
            isFailing = true
        }
    }
}
