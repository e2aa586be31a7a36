// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLinux
internal import HostLoop

/// The logs of jobs, which go with the jobs and not with a configuration.
extension Supervisor {
    private static let deadline: Duration = .seconds(60)

    /// Removes what jobs wrote that are forgotten.
    func forgetLogs(of ids: [JobID]) {
        guard !ids.isEmpty else { return }
        let logs = folders.log
        files.submit(deadline: Self.deadline) {
            for id in ids {
                let folder = "\(logs)/\(id.name)"
                try? Files.removeFlatFolder(folder + "/stderr")
                try? Files.removeFlatFolder(folder)
            }
        } then: { (_: WorkOutcome<Void>) in
            // What could not be removed is found by the next person who looks; it harms nobody.
        }
    }
}
