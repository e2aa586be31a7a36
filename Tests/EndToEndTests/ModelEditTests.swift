// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import HostWire
import Synchronization
import TestKit
import Testing

/// A policy that is edited for as long as a job runs.
@Suite struct ModelEditTests {
    private static let edits = 500
    private static let seed: UInt64 = 20_260_518

    /// What a reader of the file for children has seen.
    private final class Reader: Sendable {
        let isOver = Atomic(false)
        let hasEnded = Atomic(false)
        let looks = Atomic(0)
        let newest = Atomic(Int64(0))
        let complaints = Mutex<[String]>([])

        /// Looks whenever something happens in the folder, and in between.
        func run(_ path: String) {
            let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? ""
            let watch = try? FolderWatch()
            watch?.watch([folder])
            while !isOver.load(ordering: .relaxed) {
                if let complaint = look(path) { complaints.withLock { $0.append(complaint) } }
                looks.add(1, ordering: .relaxed)
                var entry = pollfd(fd: watch?.raw ?? -1, events: Int16(POLLIN), revents: 0)
                if poll(&entry, 1, 2) > 0 { watch?.drain() }
            }
            hasEnded.store(true, ordering: .sequentiallyConsistent)
        }

        private func look(_ path: String) -> String? {
            guard let bytes = try? Files.read(path) else { return "it is missing" }
            guard let json = try? JSON(parsing: bytes), case .object(let members) = json,
                case .integer(let generation)? = members.first(where: { $0.key == "generation" })?.value,
                case .object(let tiers)? = members.first(where: { $0.key == "tiers" })?.value, !tiers.isEmpty
            else { return "it is no whole file: \(String(decoding: bytes, as: UTF8.self))" }
            let before = newest.load(ordering: .relaxed)
            newest.store(max(before, generation), ordering: .relaxed)
            return generation < before ? "generation \(generation) comes after \(before)" : nil
        }
    }

    @Test func fiveHundredEditsInEveryWayEndInTheRightContentAndALongJobDoesNotNotice() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["/bin/sh", "-c", "exec sleep 1000"]
            env = { MODEL = "${model.agent}" }
            [kind.long]
            command = ["/bin/sh", "-c", '''
              echo began with $1
              while [ ! -e done ]; do sleep 0.05; done''', "sh", "${model}"]
            directory = "/tmp"
            tier = "agent"
            """)
        try host.configure(try Files.readText(host.dir + "/hostd.toml").replacing("\"/tmp\"", with: "\"\(host.dir)\""))
        try host.writePolicy(HostUnderTest.policy("x/0"))
        try host.start()
        let pid = try host.waitReady("a")
        try host.waitModel("agent", "x/0")
        let job = try host.submit(JobSubmission(kind: "long"))
        try waitUntil("the job to begin") { (try? host.logged("job-\(job)"))?.contains("began") == true }
        let attempt = try host.job(job).instance
        let reader = Reader()
        let path = host.modelsPath
        inBackground { reader.run(path) }
        defer { reader.isOver.store(true, ordering: .relaxed) }

        var random = SplitMix64(seed: Self.seed)
        for number in 1...Self.edits {
            let way = PolicyEdit.allCases[Int(random.next() % UInt64(PolicyEdit.allCases.count))]
            try way.write(HostUnderTest.policy("x/\(number)"), to: host.policyPath, number: number)
            // Some are waited for, most follow each other closer than anybody could.
            if random.next() % 25 == 0 {
                try host.waitModel("agent", "x/\(number)")
            } else {
                let soon = reader.looks.load(ordering: .relaxed) + Int(random.next() % 15)
                try waitUntil("some looks") { reader.looks.load(ordering: .relaxed) >= soon }
            }
        }
        try host.waitModel("agent", "x/\(Self.edits)")
        #expect(
            try host.modelsFile() == [
                "generation": JSON(try host.models().policy.generation), "tiers": ["agent": .string("x/\(Self.edits)")],
            ])
        reader.isOver.store(true, ordering: .relaxed)
        try waitUntil("the reader to end") { reader.hasEnded.load(ordering: .sequentiallyConsistent) }
        #expect(reader.complaints.withLock { $0 }.isEmpty, "\(reader.complaints.withLock { $0.prefix(5) })")
        #expect(reader.looks.load(ordering: .relaxed) > Self.edits)

        #expect(try host.status("a").pid == pid)
        #expect(try host.job(job).instance == attempt)
        try Files.replace(host.dir + "/done", with: Array("".utf8))
        let ended = try host.waitJob(job, for: "succeeded")
        #expect(ended.attempts.count == 1 && ended.attempts[0].model == "x/0" && ended.attempts[0].generation == 1)
        let history = try PolicyHistory(json: try host.json("GET", "/v1/models/history?verify=true&limit=1000"))
        #expect(
            history.verification?.ok == true && history.rows.first?.generation == reader.newest.load(ordering: .relaxed)
        )
    }
}

extension String {
    fileprivate func replacing(_ old: String, with new: String) -> String {
        guard let range = firstRange(of: old) else { return self }
        return self[..<range.lowerBound] + new + self[range.upperBound...]
    }
}
