// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// How a job says from where it can go on: by a file, by a commit, and when it is asked.
@Suite struct JobCheckpointTests {
    @Test func aJobIsAskedForItsFileBeforeItIsStoppedAndGoesOnFromIt() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [kind.saver]
            command = ["/bin/sh", "-c", '''
              trap "echo page 17 > place" USR1
              trap "" TERM
              touch began
              while :; do sleep 0.02; done''']
            resume = ["/bin/sh", "-c", "echo \\"from $1\\"", "sh", "${checkpoint}"]
            directory = "\(host.dir)"
            checkpoint = { file = "place", signal = "SIGUSR1", patience = "100s" }
            stop = { grace = "100ms" }
            """)
        try host.start()
        let id = try host.submit(JobSubmission(kind: "saver"))
        try waitUntil("it to begin") { Files.exists(host.dir + "/began") }
        _ = try host.json("POST", "/v1/jobs/\(id)/hold?wait=false")
        // Well before its patience is over.
        let held = try host.waitJob(id, for: "held", seconds: 20)
        #expect(held.checkpoint == "page 17", "\(held)")
        _ = try host.json("POST", "/v1/jobs/\(id)/release")
        let job = try host.waitJob(id, for: "succeeded")
        #expect(job.result == "from page 17" && job.attempts[1].isResumed, "\(job)")
    }

    @Test func aStopOfHostdAsksAsWell() throws {
        let host = try HostUnderTest("")
        try host.configure(
            """
            [kind.saver]
            command = ["/bin/sh", "-c", '''
              [ -e place ] && exit 0
              trap "echo saved > place" USR1
              touch began
              while :; do sleep 0.02; done''']
            directory = "\(host.dir)"
            checkpoint = { file = "place", signal = "SIGUSR1", patience = "100s" }
            """)
        try host.start()
        let id = try host.submit(JobSubmission(kind: "saver"))
        try waitUntil("it to begin") { Files.exists(host.dir + "/began") }
        #expect(try host.stop(seconds: 30) == 0)
        try host.start()
        let job = try host.waitJob(id, for: "succeeded")
        #expect(job.checkpoint == "saved" && job.attempts.map(\.state) == ["disrupted", "succeeded"])
    }

    @Test(.enabled(if: getuid() == 0 && Files.exists("/usr/bin/git"), "needs root and git"))
    func aCommitOfTheJobsUserIsACheckpoint() throws {
        let place = "/tmp/hostd-git-\(getpid())-\(UInt32.random(in: 0...UInt32.max))"
        try Files.makeFolder(place, mode: 0o755)
        chown(place, 65534, 65534)
        let host = try HostUnderTest(
            """
            [kind.coder]
            command = ["/bin/sh", "-c", '''
              git init -q .
              git -c user.name=a -c user.email=a@example.org commit -q --allow-empty -m one
              exit 1''']
            resume = ["/bin/sh", "-c", '''
              [ "$(git rev-parse HEAD)" = "$1" ] && rm -rf .git''', "sh", "${checkpoint}"]
            user = "nobody"
            directory = "\(place)"
            checkpoint = { git = true }
            attempts = 2
            backoff = "10ms"
            """)
        defer { rmdir(place) }
        try host.start()
        let id = try host.submit(JobSubmission(kind: "coder"))
        let job = try host.waitJob(id, for: "succeeded", "failed")
        #expect(job.brief.state == "succeeded" && job.checkpoint?.count == 40, "\(job)")
        #expect(job.attempts.map(\.isResumed) == [false, true])
    }
}
