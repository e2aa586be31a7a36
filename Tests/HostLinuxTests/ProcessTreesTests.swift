// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux
import TestKit
import Testing

struct ProcessTreesTests {
    @Test func theUseOfATreeIsThatOfAllItsProcesses() throws {
        let script = "sleep 600 & sleep 600 & sh -c 'sleep 600 & wait' & wait"
        let process = try Processes.spawn("/bin/sh", ["-c", script], environment: ["PATH=/usr/bin:/bin"], output: 2)
        defer {
            for pid in descendants(of: process.pid) + [process.pid] { kill(pid, SIGKILL) }
            var status: Int32 = 0
            waitpid(process.pid, &status, 0)
        }
        try waitUntil("all to run") { ProcessTrees.use(below: [process.pid])[process.pid]?.tasks == 4 }
        let use = try #require(ProcessTrees.use(below: [process.pid])[process.pid])
        #expect(use.processes == 4 && use.descriptors == nil)
        let counted = ProcessTrees.use(below: [process.pid], descriptorsBelow: [process.pid])
        #expect(counted[process.pid]?.descriptors ?? 0 >= 4 * 3)
        #expect(use.memoryBytes > 4 * 4096)
        #expect(use.memoryBytes < 64 << 20)
        let above = try #require(ProcessTrees.use(below: [getpid()])[getpid()])
        #expect(above.tasks >= 5, "it counts for the nearest root that is asked for")
        let both = ProcessTrees.use(below: [getpid(), process.pid])
        #expect(both[process.pid]?.tasks == 4)
    }

    @Test func aRootThatIsGoneHasNoUse() {
        #expect(ProcessTrees.use(below: [0x7fff_ffff]).isEmpty)
    }

    private func descendants(of pid: Int32) -> [Int32] {
        let parents = Processes.all().compactMap { child -> (Int32, Int32)? in
            let text = (try? Files.readText("/proc/\(child)/stat", limit: 4096)) ?? ""
            let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
            return fields.count > 2 ? Int32(fields[2]).map { (child, $0) } : nil
        }
        let children = parents.filter { $0.1 == pid }.map(\.0)
        return children + children.flatMap { descendants(of: $0) }
    }
}
