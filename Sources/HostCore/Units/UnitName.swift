// SPDX-License-Identifier: Apache-2.0

/// The transient units that launches get from the service manager.
public enum UnitName {
    /// The slice of all services.
    public static let servicesSlice = "hostd-services.slice"
    /// The slice of all attempts of jobs.
    public static let jobsSlice = "hostd-jobs.slice"
    /// What tells the units of one hostd from those of another on the same manager: nothing for the host's own, whose
    /// runtime folder is `standard`, else eight hex digits made from `run`.
    public static func owner(run: String, standard: [String]) -> String {
        guard !standard.contains(run) else { return "" }
        // FNV-1a.
        let hash = run.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
        let text = String(hash, radix: 16)
        return String(repeating: "0", count: 8 - text.count) + text
    }

    /// What all units of `owner` match.
    public static func patterns(owner: String = "") -> [String] {
        ["\(start(owner))svc-*.service", "\(start(owner))job-*-*.service"]
    }

    /// `hostd-svc-gateway.service` for each launch of a service, `hostd-job-42-1.service` for the first attempt of a
    /// job; `hostd-0af31c22-svc-gateway.service` for a hostd beside the host's own.
    public static func of(_ instance: InstanceID, owner: String = "") -> String {
        guard let job = JobID(name: instance.service) else { return "\(start(owner))svc-\(instance.service).service" }
        return "\(start(owner))job-\(job.number)-\(instance.launch).service"
    }

    private static func start(_ owner: String) -> String { owner.isEmpty ? "hostd-" : "hostd-\(owner)-" }

    /// The slice that the unit of `instance` is in.
    public static func slice(of instance: InstanceID) -> String {
        JobID(name: instance.service) == nil ? servicesSlice : jobsSlice
    }
}
