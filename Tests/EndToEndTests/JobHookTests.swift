// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// What is done at the end of jobs, and jobs that hostd submits itself.
@Suite struct JobHookTests {
    @Test func aWebhookIsDeliveredOnceItsReceiverIsUpAlsoByTheNextHostd() throws {
        let receiver = try WebhookReceiver()
        receiver.gathered.down = true
        let host = try HostUnderTest(
            "[kind.told]\ncommand = [\"/bin/echo\", \"all is well\"]\non_success = { webhook = \"\(receiver.url)\" }\n")
        try host.start()
        var submission = JobSubmission(kind: "told")
        submission.key = "k"
        let id = try host.submit(submission)
        try host.waitJob(id, for: "succeeded")
        try waitUntil("a try in vain") { !receiver.refused.all.isEmpty }
        try waitUntil("that to be history") { try host.events("job-\(id)").contains { $0.kind == "job.hook_failed" } }
        #expect(try !host.events("job-\(id)").contains { $0.reason.contains("very-secret-token") })
        host.kill()
        let before = receiver.refused.all.count
        try host.start()
        try waitUntil("the next hostd to try") { receiver.refused.all.count > before }
        receiver.gathered.down = false
        let body = try receiver.wait(for: 1)
        #expect(body["job"] == .integer(id) && body["state"]?.text == "succeeded" && body["kind"]?.text == "told")
        #expect(body["key"]?.text == "k" && body["result"]?.text == "all is well", "\(body)")
        let ids = try (receiver.refused.all.map { try JSON(parsing: Array($0.utf8)) } + receiver.bodies())
            .map { $0["id"]?.text ?? "" }
        #expect(Set(ids) == ["job-\(id)-1-succeeded"], "it is known again")
        let delivered = receiver.gathered.all.count
        try host.stop()
        try host.start()
        let other = try host.submit(JobSubmission(kind: "told"))
        _ = try receiver.wait(for: delivered + 1)
        #expect(try receiver.bodies().last?["job"] == .integer(other), "the first is not told again")
    }

    @Test func aCommandIsRunWhenAJobHasFailedWithTheJobAsJSON() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [kind.told]
            command = ["/bin/sh", "-c", "exit 4"]
            attempts = 1
            on_success = { exec = ["touch", "\(host.dir)/wrong"] }
            on_failure = { exec = ["/bin/sh", "-c", '''
              echo try >> \(host.dir)/tries; [ -e \(host.dir)/go ] && printenv HOSTD_JOB_JSON > \(host.dir)/told'''] }
            """)
        try host.start()
        let id = try host.submit(JobSubmission(kind: "told"))
        try host.waitJob(id, for: "failed")
        try waitUntil("a try") { Files.exists(host.dir + "/tries") }
        host.kill()
        try Files.replace(host.dir + "/go", with: [])
        try host.start()
        let text = try waitFor("the hook") {
            (try? Files.readText(host.dir + "/told")).flatMap { $0.last == "\n" ? $0 : nil }
        }
        let told = try JSON(parsing: Array(text.utf8))
        #expect(told["id"]?.text == "job-\(id)-1-failed" && told["attempts"] == .integer(1), "\(told)")
        #expect(told["reason"]?.text?.contains("exit 4") == true && !Files.exists(host.dir + "/wrong"))
    }

    @Test func aTimeThatWasMissedIsCaughtUpOnceAndOneThatIsNewIsNot() throws {
        let kind = "[kind.review]\ncommand = [\"/bin/true\"]\nschedule = \"*-*-* 00/1:00\"\ntimezone = \"UTC\"\n"
        let host = try HostUnderTest(kind)
        try host.start()
        let store = host.dir + "/state/hostd.db"
        let remembered = { try Self.sql(host, store, "SELECT text FROM documents WHERE name = 'schedule/review'") }
        try waitUntil("the schedule to be remembered") { try remembered().contains("..") }
        #expect(try jobs(host).isEmpty, "it is new")
        try host.stop()
        // As it would be after five hours without hostd.
        let seen = Int64(time(nil)) - 5 * 3600
        let span = "0..\(seen) "
        _ = try Self.sql(
            host, store,
            "UPDATE documents SET text = '\(span)' || substr(text, instr(text, ' ') + 1) "
                + "WHERE name = 'schedule/review'")
        try host.start()
        let job = try waitFor("it to be caught up") { try jobs(host).first { $0.state == "succeeded" } }
        #expect(job.key?.hasPrefix("schedule/review/") == true && job.kind == "review")
        host.kill()
        try host.start()
        // Whatever the next hostd submits comes before this.
        let other = try host.submit(JobSubmission(command: ["/bin/true"]))
        try host.waitJob(other, for: "succeeded")
        #expect(try jobs(host).filter { $0.kind == "review" }.count <= (isNewHour(job) ? 2 : 1))
        // The memory is lost, the key is not.
        try host.stop()
        _ = try Self.sql(
            host, store,
            "UPDATE documents SET text = '\(span)' || substr(text, instr(text, ' ') + 1) "
                + "WHERE name = 'schedule/review'")
        try host.start()
        try waitUntil("the time to be dealt with") { try !remembered().hasPrefix(span) }
        #expect(try jobs(host).filter { $0.kind == "review" }.count <= (isNewHour(job) ? 2 : 1))
    }

    private func isNewHour(_ job: JobBrief) -> Bool {
        job.createdAt.milliseconds / 3_600_000 != Int64(time(nil)) / 3600
    }

    private func jobs(_ host: HostUnderTest) throws -> [JobBrief] {
        try JobList(json: try host.json("GET", "/v1/jobs")).jobs
    }

    private static func sql(_ host: HostUnderTest, _ path: String, _ statement: String) throws -> String {
        let code = """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1])
            print("".join(str(row[0]) for row in connection.execute(sys.argv[2])))
            connection.commit()
            """
        return try host.run(at: "/usr/bin/python3", ["-c", code, path, statement]).output
    }
}
