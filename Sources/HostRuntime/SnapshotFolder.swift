// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux

/// The snapshots of the service machines: `run/services/NAME`, replaced atomically, belonging to one epoch.
final class SnapshotFolder {
    private let path: String
    private let epoch: String
    private var written: [ServiceName: FieldText] = [:]
    private let failed: (SystemError) -> Void

    /// `failed` is told of writes that did not succeed; supervision goes on without them.
    init(path: String, epoch: String, failed: @escaping (SystemError) -> Void) {
        self.path = path
        self.epoch = epoch
        self.failed = failed
    }

    /// The snapshot of a service, nil when there is none of this epoch.
    func read(_ name: ServiceName) -> FieldText? {
        guard let text = try? Files.readText("\(path)/\(name)", limit: 1 << 20),
            let fields = FieldText(parsing: text), fields["epoch"] == epoch
        else { return nil }
        return fields
    }

    /// Writes the snapshot of a machine unless it stands there already.
    func write(_ machine: ServiceMachine) {
        var fields = machine.snapshot
        fields["epoch"] = epoch
        let name = machine.specification.name
        guard written[name] != fields else { return }
        do throws(SystemError) {
            try Files.replace("\(path)/\(name)", with: fields.text.utf8)
            written[name] = fields
        } catch {
            failed(error)
        }
    }
}
