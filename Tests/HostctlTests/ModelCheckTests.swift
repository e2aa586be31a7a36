// SPDX-License-Identifier: Apache-2.0

import HostLinux
import HostWire
import TestKit
import Testing

/// `model check`: without hostd.
@Suite struct ModelCheckTests {
    private let folder: TemporaryFolder

    private static let policy = """
        policy = "2026-W21"
        [tier.agent]
        model = "deepseek/v4-flash"
        [price."deepseek/v4-flash"]
        input = 0.14
        output = 0.28

        """

    init() throws {
        folder = try TemporaryFolder()
        try write("hostd.toml", "")
        try write("models.toml", Self.policy)
    }

    private func write(_ name: String, _ text: String) throws {
        try Files.replace("\(folder.path)/\(name)", with: text.utf8)
    }

    private func check(_ more: String...) throws -> Hostctl.Result {
        try Hostctl.run(["model", "check", "--dir", folder.path] + more)
    }

    @Test func aRightPolicyIsNamedWithItsModels() throws {
        let result = try check()
        #expect(result.out == "\(folder.path)/models.toml: all right (agent: deepseek/v4-flash)\n")
        #expect(result.code == 0 && result.err.isEmpty)
    }

    @Test func allThatIsWrongIsToldWithItsPlace() throws {
        try write("models.toml", "[tier.agent]\nmodl = \"a/b\"\n[price.\"a/b\"]\ninput = -1\noutput = 2\n")
        let result = try check()
        let lines = result.out.split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("\(folder.path)/models.toml:2:1: tier.agent.modl: ") }, "\(result)")
        #expect(lines.contains { $0.hasPrefix("\(folder.path)/models.toml:4:9: ") }, "\(result)")
        #expect(result.code == 78)
        let json = try JSON(parsing: Array(try check("--json").out.utf8))
        #expect(json["ok"] == false && json["errors"]?.elements?.map { $0["line"] }.contains(2) == true)
    }

    @Test func includedFilesAreLookedForBesideIt() throws {
        try write("models.toml", "include = [\"prices.toml\"]\n[tier.agent]\nmodel = \"a/b\"\n")
        let missing = try check()
        #expect(missing.err == "hostctl: cannot read \(folder.path)/prices.toml: No such file or directory\n")
        #expect(missing.code == 78)
        try write("prices.toml", "[price.\"a/b\"]\ninput = 1\noutput = 2\n")
        #expect(try check().out == "\(folder.path)/models.toml and 1 more: all right (agent: a/b)\n")
        try write("prices.toml", "[price.\"a/b\"]\ninput = 1\n")
        #expect(try check().out.hasPrefix("\(folder.path)/prices.toml:1:"))
    }

    @Test func aDraftIsCheckedInThePlaceWhereItStands() throws {
        try write("new.toml", "")
        let result = try check("\(folder.path)/new.toml")
        #expect(result.out.hasPrefix("\(folder.path)/new.toml:1:1: says nothing") && result.code == 78)
    }

    @Test func theTiersThatKindsUseHaveToBeThere() throws {
        try write(
            "hostd.toml",
            """
            [kind.review]
            tier = "reasoning"
            command = ["review", "--model", "${model}", "--fast", "${model.quick}"]

            """)
        let result = try check()
        #expect(result.out.contains("kind \"review\" uses the tier \"reasoning\", which is not here"), "\(result)")
        #expect(result.out.contains("kind \"review\" uses the tier \"quick\", which is not here"))
        #expect(result.code == 78)
    }

    @Test func aBrokenConfigurationKeepsNobodyFromCheckingThePolicy() throws {
        try write("hostd.toml", "[service.x]\nnonsense = 1\n")
        let result = try check()
        #expect(result.code == 0 && result.err.contains("the configuration has errors (hostctl check lists them)"))
        #expect(try Hostctl.run(["model", "check", "\(folder.path)/models.toml"]).code == 0)
    }

    @Test func pricesThatLackAreNoted() throws {
        try write(
            "models.toml", Self.policy + "[price.\"old/one\"]\ninput = 1\noutput = 2\n[tier.more]\nmodel = \"x/y\"\n")
        let result = try check()
        #expect(result.out.contains("\nnote: x/y of tier more has no price: "))
        #expect(result.out.contains("\nnote: no tier names old/one, which has a price "))
        #expect(result.code == 0)
        try write("models.toml", "[tier.more]\nmodel = \"x/y\"\n")
        #expect(try check().out.contains("\nnote: there are no prices: "))
        let json = try JSON(parsing: Array(try check("--json").out.utf8))
        #expect(json["ok"] == true && json["notes"]?.elements?.count == 1 && json["tiers"] == ["more"])
    }
}
