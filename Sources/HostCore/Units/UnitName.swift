// SPDX-License-Identifier: Apache-2.0

/// The transient units that launches get from the service manager.
public enum UnitName {
    /// The slice of all services.
    public static let servicesSlice = "hostd-services.slice"
    /// The slice of all attempts of jobs.
    public static let jobsSlice = "hostd-jobs.slice"
    /// What all of them match.
    public static let patterns = ["hostd-svc-*.service", "hostd-job-*-*.service"]

    /// `hostd-svc-gateway.service` for each launch of a service, `hostd-job-42-1.service` for the first attempt of a
    /// job.
    public static func of(_ instance: InstanceID) -> String {
        guard let job = JobID(name: instance.service) else { return "hostd-svc-\(instance.service).service" }
        return "hostd-job-\(job.number)-\(instance.launch).service"
    }

    /// The slice that the unit of `instance` is in.
    public static func slice(of instance: InstanceID) -> String {
        JobID(name: instance.service) == nil ? servicesSlice : jobsSlice
    }
}
