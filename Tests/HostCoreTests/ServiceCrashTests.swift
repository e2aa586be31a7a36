// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

/// Which ends are kept: those that nobody wanted.
struct ServiceCrashTests {
    private func crashes(_ effects: [ServiceEffect]) -> [String] {
        effects.compactMap {
            guard case .keepCrash(let instance, let report, let why) = $0 else { return nil }
            return "\(instance): " + (why.map { "\($0): " } ?? "") + report.text
        }
    }

    @Test(arguments: [
        (ExitStatus.code(1), "exit 1"), (.signal(11), "killed by SIGSEGV"), (.code(78), "exit 78"),
    ])
    func anExitThatIsNoSuccessIsKept(status: ExitStatus, text: String) {
        var web = Subject.up(service())
        web.exited(status, ran: .seconds(1))
        #expect(crashes(web.effects) == ["web.1: \(text) after 1 s"])
    }

    @Test func aSuccessIsNotWhateverThePolicyMakesOfIt() {
        var web = Subject.up(service { $0.restart.successExit = [0, 143] })
        web.exited(.code(0))
        #expect(crashes(web.effects).isEmpty)
        web.wake()
        web.started()
        web.exited(.signal(15))
        #expect(crashes(web.effects).isEmpty, "128 + 15")
    }

    @Test func itIsKeptOnceWhateverItLeavesBehind() {
        var web = Subject.up(service())
        web.exited(.code(1), treeEmpty: false)
        #expect(crashes(web.effects).count == 1)
        web.exited(.code(1), treeEmpty: true)
        #expect(crashes(web.effects).isEmpty)
    }

    @Test func whatCouldNotBeExecutedIsKept() {
        var web = Subject(service())
        web.take(.start(by: .host))
        web.exited(.failedToStart("cannot exec /x: No such file or directory"))
        #expect(crashes(web.effects) == ["web.1: cannot exec /x: No such file or directory"])
    }

    @Test func aLostKeeperIsKept() {
        var web = Subject.up(service())
        web.pass(.seconds(2))
        web.take(.keeperLost(web.instance))
        #expect(crashes(web.effects) == ["web.1: end not seen (its keeper was killed) after 2 s"])
    }

    @Test func whatHostdEndedBecauseItWasNotWellIsKeptWithTheReason() {
        var web = Subject.up(service { $0.live = probe(failures: 1) })
        web.probe(.live, ok: false, seen: "refused")
        #expect(crashes(web.effects).isEmpty, "it has not ended")
        web.exited(.code(0), ran: .seconds(9))
        #expect(crashes(web.effects).count == 1)
        #expect(crashes(web.effects).first?.contains("refused") == true)
    }

    @Test(arguments: [ServiceEvent.stop(by: .person), .stop(by: .host), .stop(by: .configuration), .restart])
    func anEndThatSomebodyWantedIsNot(event: ServiceEvent) {
        var web = Subject.up(service())
        web.take(event)
        web.exited(.signal(9), ran: .seconds(3))
        #expect(crashes(web.effects).isEmpty)
    }
}
