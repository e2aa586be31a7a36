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

    @Test func namesAreInTheOrderOfTheirBytes() {
        #expect([named("b"), named("a10"), named("a2")].sorted().map(\.text) == ["a10", "a2", "b"])
    }
}
