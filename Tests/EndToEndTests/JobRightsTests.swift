// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// Who submits a job, and with whose rights it runs.
@Suite(.enabled(if: getuid() == 0, "needs root to submit as others")) struct JobRightsTests {
    private static let configuration = """
        [control]
        admin_group = "adm"
        read_group = "daemon"
        [kind.as-daemon]
        command = ["/bin/sh", "-c", "id -u; echo ${prompt}"]
        prompt = "usual"
        user = "daemon"
        directory = "/"

        """

    /// hostctl as nobody, with these groups; a keeper in probe mode changes the identity.
    private func hostctl(
        _ host: HostUnderTest, group: String, _ arguments: [String]
    ) throws -> (status: Int32, output: String) {
        chmod(host.dir, 0o711)
        let program = host.dir + "/hostctl"
        if !Files.exists(program) {
            try Files.replace(program, with: try Files.read(Programs.path("hostctl"), limit: 256 << 20), mode: 0o755)
        }
        let gid = "\(try #require(Users.groupID(group)))"
        return try host.run(
            "hostd-keeper",
            ["--probe", "--timeout-ms", "60000", "--uid", "65534", "--gid", "65534", "--groups", gid, "--", program]
                + ["--dir", host.dir] + arguments)
    }

    private func host() throws -> HostUnderTest {
        let host = try HostUnderTest(Self.configuration)
        try host.start()
        return host
    }

    /// The words of a job's output, once it has succeeded.
    private func output(_ host: HostUnderTest, _ id: Int64) throws -> String {
        try host.waitJob(id, for: "succeeded")
        return try host.logged("job-\(id)")
    }

    private func newest(_ host: HostUnderTest) throws -> JobBrief {
        try #require(try JobList(json: try host.json("GET", "/v1/jobs")).jobs.first)
    }

    @Test func aJobRunsAsWhoeverSubmittedIt() throws {
        let host = try host()
        let made = try hostctl(
            host, group: "adm", ["job", "submit", "--directory", "/", "--", "/bin/sh", "-c", "id -u; id -g"])
        #expect(made.status == 0, "\(made.output)")
        let job = try newest(host)
        #expect(job.uid == 65534)
        #expect(try output(host, job.id) == "65534\n65534\n")
    }

    @Test func aKindWithAUserTakesWordsAndNoCommand() throws {
        let host = try host()
        let made = try hostctl(host, group: "adm", ["job", "submit", "--kind", "as-daemon"])
        #expect(made.status == 0, "\(made.output)")
        let job = try newest(host)
        #expect(job.uid == 65534)
        #expect(try output(host, job.id) == "1\nusual\n")
        for further in [["--env", "LD_PRELOAD=/tmp/x"], ["--directory", "/tmp"], ["--", "/bin/id"]] {
            let refused = try hostctl(host, group: "adm", ["job", "submit", "--kind", "as-daemon"] + further)
            #expect(refused.status == 77 && refused.output.contains("runs as daemon"), "\(further): \(refused)")
        }
        #expect(try newest(host).id == job.id)
    }

    @Test func whoMayOnlyLookSeesJobsAndChangesNone() throws {
        let host = try host()
        let id = try host.submit(JobSubmission(command: ["sleep", "1000"]))
        try host.waitJob(id, for: "running")
        let list = try hostctl(host, group: "daemon", ["job", "list"])
        #expect(list.status == 0 && list.output.contains("\(id)"), "\(list)")
        #expect(try hostctl(host, group: "daemon", ["job", "show", "\(id)"]).status == 0)
        #expect(try hostctl(host, group: "daemon", ["job", "cancel", "\(id)"]).status == 77)
        #expect(try hostctl(host, group: "daemon", ["job", "submit", "--", "/bin/true"]).status == 77)
        #expect(try host.job(id).brief.state == "running")
    }

    @Test func theHookOfAJobRunsAsItsUser() throws {
        let host = try host()
        let place = "/tmp/hostd-hook-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Files.makeFolder(place, mode: 0o700)
        chown(place, 65534, 65534)
        defer {
            try? Files.remove(place + "/told")
            rmdir(place)
        }
        let made = try hostctl(
            host, group: "adm",
            [
                "job", "submit", "--directory", "/", "--on-success-exec",
                "id -u > \(place)/told", "--", "/bin/true",
            ])
        #expect(made.status == 0, "\(made.output)")
        try waitUntil("the hook") { (try? Files.readText(place + "/told")) == "65534\n" }
    }
}
