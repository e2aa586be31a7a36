// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit
import Testing

/// `hostctl model` beside a real hostd.
@Suite struct HostctlModelTests {
    @Test func aPolicyIsTakenThroughItsLifeByHostctlAlone() throws {
        let host = try HostUnderTest(
            """
            [service.a]
            command = ["/bin/sh", "-c", "exec sleep 1000"]
            env = { MODEL = "${model.agent}" }
            """)
        try host.start()
        let draft = host.dir + "/draft.toml"
        func write(_ model: String, _ more: String = "") throws {
            try Files.replace(draft, with: Array(HostUnderTest.policy(model, more).utf8))
        }
        func model(_ words: String..., status: Int32 = 0) throws -> String {
            let result = try host.run("hostctl", ["--dir", host.dir, "model"] + words)
            #expect(result.status == status, "\(words): \(result.output)")
            return result.output
        }
        try write("x one")
        #expect(try model("check", draft, status: 78).contains("draft.toml:3:9: tier.agent.model"))
        try write("x/one")
        #expect(try model("apply", draft, "--note", "the first").contains("1"))
        try host.waitReady("a")
        try write("x/two", "gray = { model = \"x/three\", share = \"10%\" }")
        try Files.replace(host.policyPath, with: Array(try Files.readText(draft).utf8))
        try host.waitModel("agent", "x/two")
        let shown = try model("show")
        for words in ["x/two", "x/three", "10", "generation 2", "models-file"] {
            #expect(shown.contains(words), "\(words) in \(shown)")
        }
        #expect(try model("plan").contains("nothing"))
        #expect(try model("promote", "agent").contains("3"))
        #expect(try host.models().tiers[0].model == "x/three")
        #expect(try model("rollback", "1", "--note", "three loops").contains("4"))
        #expect(try host.models().tiers[0].model == "x/one")
        let history = try model("history", "--verify")
        for words in ["three loops", "the first", "promoted", "rolled"] {
            #expect(history.contains(words), "\(words) in \(history)")
        }
        #expect(try model("show", "--generation", "2").contains("model = \"x/two\""))
        #expect(try model("report", "--csv").contains("model"))
        #expect(try host.hostctl("status").output.contains("x/one"))
        _ = try model("rollback", "77", status: 4)
    }
}
