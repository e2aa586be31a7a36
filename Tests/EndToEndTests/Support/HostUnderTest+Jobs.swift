// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLaunch
import HostLinux
import HostWire
import TestKit

/// Jobs of the host, through its control socket.
extension HostUnderTest {
    /// Submits a job; its number.
    @discardableResult
    func submit(_ submission: JobSubmission) throws -> Int64 {
        let (status, body) = try request("POST", "/v1/jobs", body: submission.json)
        guard status == 200 else { throw TimedOut(event: "a job: \(status) \(String(decoding: body, as: UTF8.self))") }
        return try JobReceipt(json: try JSON(parsing: body)).id
    }

    func job(_ id: Int64) throws -> JobStatus { try JobStatus(json: try json("GET", "/v1/jobs/\(id)")) }

    /// Waits until the job has one of these states and `condition` holds.
    @discardableResult
    func waitJob(
        _ id: Int64, for states: String..., seconds: Double = 30, where condition: (JobStatus) -> Bool = { _ in true }
    ) throws -> JobStatus {
        do {
            return try waitFor("job \(id) to be \(states)", seconds: seconds) {
                guard let job = try? job(id), states.contains(job.brief.state), condition(job) else { return nil }
                return job
            }
        } catch {
            throw TimedOut(event: "job \(id) to be \(states); it is \(String(describing: try? job(id)))\n\(said)")
        }
    }

    /// The keeper of the attempt that is under way.
    func keeper(of instance: String) -> Int32? {
        let folder = instanceFolders().first { $0.instance.description == instance }
        return folder?.record("start")?.integer("keeper_pid")
    }

    /// The host loses power: no process is left, the runtime folder is empty, it is another boot.
    func losePower() throws {
        kill()
        for folder in instanceFolders() {
            if let keeper: Int32 = folder.record("start")?.integer("keeper_pid") { Glibc.kill(keeper, SIGKILL) }
            if let token = folder.token() { _ = OrphanSweep.run(token: token, cgroup: nil) }
        }
        for logger in loggers { Glibc.kill(logger, SIGKILL) }
        try waitUntil("the loggers to go") { loggers.isEmpty }
        for name in try Files.list(dir + "/run") { try removeTree(dir + "/run/" + name) }
        epoch += 1
    }

    private func removeTree(_ path: String) throws {
        guard let names = try? Files.list(path) else {
            unlink(path)
            return
        }
        for name in names { try removeTree(path + "/" + name) }
        rmdir(path)
    }
}
