// SPDX-License-Identifier: Apache-2.0

public import HostCore

/// A job to be submitted, as a TOML file says it. What is nil is as its kind says. `${…}` stays as it stands: it is
/// filled in when an attempt is launched.
public struct JobFile: Hashable, Sendable {
    /// What is done at the end of the job: one of the two.
    public struct Hook: Hashable, Sendable {
        /// A POST of JSON to this address.
        public var webhook: String?
        /// A command, run as the job's user.
        public var exec: [String]?
    }

    /// The kind.
    public var kind: String?
    /// The program with its arguments.
    public var command: [String]?
    /// How a further attempt goes on.
    public var resume: [String]?
    /// What an agent is told to do.
    public var prompt: String?
    /// The working folder.
    public var directory: String?
    /// Environment variables.
    public var environment: [String: String] = [:]
    /// The same key makes one job only.
    public var key: String?
    /// Jobs of higher priority go first.
    public var priority: Int?
    /// Jobs that must have succeeded before it starts.
    public var after: [Int64] = []
    /// So many failures without progress end it.
    public var attempts: Int?
    /// The first pause after a failure, as it is written: `15s`.
    public var backoff: String?
    /// How long the job may take, as it is written.
    public var deadline: String?
    /// How long one attempt may take, as it is written.
    public var attemptTimeout: String?
    /// Conditions that must not be critical.
    public var needs: [ConditionKind]?
    /// The tier of the policy.
    public var tier: String?
    /// The model itself, whatever the policy says.
    public var model: String?
    /// What is done when it has succeeded.
    public var onSuccess: Hook?
    /// What is done when it has failed.
    public var onFailure: Hook?
    /// It waits until a person releases it.
    public var isHeld = false

    /// Reads a file; fails with everything that is wrong in it.
    public static func read(_ file: ConfigurationFile) -> Result<JobFile, ConfigurationErrors> {
        var checking = Checking()
        var job = JobFileSection.section.empty
        do throws(TomlDocument.Failure) {
            JobFileSection.section.apply(try TomlDocument.parse(file.bytes, file: 0), to: &job, &checking)
        } catch {
            checking.report(error)
        }
        for (key, hook) in [("on_success", job.onSuccess), ("on_failure", job.onFailure)] where hook == Hook() {
            checking.report(path: key, "says nothing to do (give webhook or exec)")
        }
        if let errors = checking.errors(fileName: { _ in file.path }) { return .failure(errors) }
        return .success(job)
    }
}
