// SPDX-License-Identifier: Apache-2.0

internal import HostCore
internal import HostLaunch
internal import HostLinux
internal import HostLoop

/// Checkpoints that a job leaves in its directory. That belongs to the job's user: only a helper with that user's
/// rights looks into it.
extension Supervisor {
    private static let patience: Duration = .seconds(10)
    /// A checkpoint is words, not data.
    private static let limitBytes = 1024

    /// Looks whether the attempt has left a new checkpoint; `then` is called when that is known.
    func lookForCheckpoint(_ instance: InstanceID, of id: JobID, then: @escaping () -> Void = {}) {
        guard let job = jobs.board.jobs[id], let kind = knownKind(of: job), let place = kind.checkpoint,
            let command = Self.command(place)
        else { return then() }
        let (launch, keeper, loop) = (kind.launch, jobs.keeper, self.loop)
        files.submit(deadline: Self.patience) {
            Result { () throws(LaunchError) in try PreparedLaunch(instance, launch) }
        } then: { [weak self] (outcome: WorkOutcome<Result<PreparedLaunch, LaunchError>>) in
            guard case .done(.success(let prepared)) = outcome else { return then() }
            ExecProbe.run(
                loop: loop, keeper: keeper, command: command, launch, prepared, timeout: Self.patience
            ) { result in
                if case .ended(status: 0, let line) = result, !line.isEmpty {
                    self?.feed(job: id, .checkpoint(instance, line))
                }
                then()
            }
        }
    }

    /// Prints the checkpoint as its last line; says nothing where there is none.
    private static func command(_ place: KindSpecification.CheckpointPlace) -> [String]? {
        switch place {
        case .notify: nil
        case .file(let path):
            // What the file holds, on one line: its end where it is long.
            [
                "/bin/sh", "-c", "tail -c \(limitBytes) -- \"$1\" 2>/dev/null | tr '\\n' ' ' | sed 's/ *$//'", "sh",
                path,
            ]
        case .git: ["git", "rev-parse", "--quiet", "--verify", "HEAD"]
        }
    }
}
