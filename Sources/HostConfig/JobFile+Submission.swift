// SPDX-License-Identifier: Apache-2.0

internal import HostCore
public import HostWire

extension JobSubmission {
    /// What a file says.
    public init(_ file: JobFile) {
        self.init(kind: file.kind, command: file.command)
        resume = file.resume
        prompt = file.prompt
        directory = file.directory
        environment = file.environment
        key = file.key
        priority = file.priority
        after = file.after
        attempts = file.attempts
        backoff = file.backoff
        deadline = file.deadline
        attemptTimeout = file.attemptTimeout
        needs = file.needs?.map(\.rawValue)
        tier = file.tier
        model = file.model
        onSuccess = file.onSuccess.flatMap(Hook.init)
        onFailure = file.onFailure.flatMap(Hook.init)
        isHeld = file.isHeld
    }
}

extension JobSubmission.Hook {
    fileprivate init?(_ hook: JobFile.Hook) {
        if let address = hook.webhook {
            self = .webhook(address)
        } else if let command = hook.exec {
            self = .exec(command)
        } else {
            return nil
        }
    }
}
