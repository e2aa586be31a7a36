// SPDX-License-Identifier: Apache-2.0

import HostWire
import Testing

struct NearestTests {
    private let names = ["gateway", "agent", "proxy", "worker-1", "worker-2"]

    @Test(arguments: [
        ("gatway", "gateway"), ("gatewya", "gateway"), ("gateways", "gateway"), ("agnet", "agent"), ("prxoy", "proxy"),
        ("worker-3", "worker-1"), ("gate", "gateway"), ("gateway", "gateway"), ("AGENT", nil), ("database", nil),
        ("", nil), ("x", nil), ("worker", "worker-1"),
    ])
    func aSlipFindsTheNameThatWasMeant(word: String, name: String?) {
        #expect(Nearest.to(word, among: names) == name)
    }

    @Test func aBeginningIsEnoughWhenOnlyOneNameHasIt() {
        #expect(Nearest.to("wor", among: ["worker-1", "proxy"]) == "worker-1")
        #expect(Nearest.to("wor", among: ["worker-1", "worker-2"]) == nil)
    }

    @Test(arguments: [("SIGHUB", "SIGHUP"), ("hupp", "SIGHUP"), ("USR3", "SIGUSR1"), ("banana", nil), ("", nil)])
    func aSignalIsFoundByWhatFollowsSIG(word: String, name: String?) {
        #expect(Nearest.toSignal(word) == name)
    }

    @Test func nothingIsNearNothing() {
        #expect(Nearest.to("gateway", among: []) == nil)
        #expect(Nearest.to(String(repeating: "x", count: 10_000), among: names) == nil)
    }
}
