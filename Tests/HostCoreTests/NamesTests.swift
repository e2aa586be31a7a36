// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct NamesTests {
    @Test(arguments: ["a", "gateway", "a-b_c9", String(repeating: "x", count: 48)])
    func aNameIsALetterAndUpTo47MoreSigns(_ text: String) {
        #expect(ServiceName(text)?.text == text)
    }

    @Test(arguments: ["", "9a", "-a", "_a", "Gateway", "a.b", "a b", "ä", "a\n", String(repeating: "x", count: 49)])
    func anythingElseIsNoName(_ text: String) {
        #expect(ServiceName(text) == nil)
    }

    @Test func anInstanceIsANameWithTheNumberOfItsLaunch() throws {
        let instance = try #require(InstanceID("gateway.17"))
        #expect(instance.service == named("gateway"))
        #expect(instance.launch == 17)
        #expect("\(instance)" == "gateway.17")
    }

    @Test(arguments: ["gateway", "gateway.", "gateway.0", "gateway.-1", ".1", "Gateway.1", "gateway.1.x", "a.b.1"])
    func anythingElseIsNoInstance(_ text: String) {
        #expect(InstanceID(text) == nil)
    }

    @Test(arguments: [("gateway@1", "gateway", 1), ("a-b@1000", "a-b", 1000)])
    func aNumberSaysWhichInstanceOfAServiceItIs(text: String, family: String, number: Int) throws {
        let name = try #require(ServiceName(text))
        #expect(name.text == text)
        #expect(name.family.text == family)
        #expect(name.instanceNumber == number)
        #expect(name.family.instance(number) == name)
    }

    @Test(arguments: ["a@", "a@0", "a@01", "a@1001", "a@-1", "a@1@2", "@1", "a@x", "a@99999999999999999999"])
    func instancesAreNumberedFromOneToAThousand(_ text: String) {
        #expect(ServiceName(text) == nil)
    }

    @Test func aPlainNameIsItsOwnFamilyAndHasNoNumber() {
        #expect(named("gateway").family == named("gateway"))
        #expect(named("gateway").instanceNumber == nil)
    }

    @Test func theNameOfAnInstanceIsNoLongerThanAnyOther() {
        #expect(named(String(repeating: "x", count: 46)).instance(9) != nil)
        #expect(named(String(repeating: "x", count: 46)).instance(10) == nil)
    }

    @Test func aLaunchOfAnInstanceIsWrittenWithBothNumbers() {
        #expect(InstanceID("gateway@2.17")?.service == named("gateway@2"))
        #expect(InstanceID("gateway@2.17")?.description == "gateway@2.17")
    }

    @Test func instancesAreInTheOrderOfTheirNumbers() {
        let names = ["b@1", "a@10", "a@2", "a-b", "a", "a@1"].map(named)
        #expect(names.sorted().map(\.text) == ["a", "a-b", "a@1", "a@2", "a@10", "b@1"])
    }

    @Test func namesAreInTheOrderOfTheirBytes() {
        #expect([named("b"), named("a10"), named("a2")].sorted().map(\.text) == ["a10", "a2", "b"])
    }
}
