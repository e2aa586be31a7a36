// SPDX-License-Identifier: Apache-2.0

import HostCore
import Testing

struct ExitStatusTests {
    @Test func anEndReadsAsPeopleSayIt() {
        func text(_ status: ExitStatus) -> String {
            ExitReport(status: status, ran: .milliseconds(400), wallMilliseconds: 0).text
        }
        #expect(text(.code(1)) == "exit 1 after 400 ms")
        #expect(text(.signal(9)) == "killed by SIGKILL after 400 ms")
        #expect(text(.signal(40)) == "killed by signal 40 after 400 ms")
        #expect(text(.failedToStart("cannot exec /x: No such file")) == "cannot exec /x: No such file")
        #expect(text(.unknown) == "end not seen (its keeper was killed) after 400 ms")
    }

    @Test(arguments: [("SIGTERM", 15), ("TERM", 15), ("15", 15), ("SIGUSR1", 10), ("64", 64)])
    func aSignalHasANameOrANumber(_ text: String, _ number: Int32) {
        #expect(SignalName.number(text) == number)
    }

    @Test(arguments: ["", "0", "65", "-9", "SIGNONE", "sigterm", "SIG15"])
    func anythingElseIsNoSignal(_ text: String) {
        #expect(SignalName.number(text) == nil)
    }

    @Test func whatElseIsKnownOfAnEndStandsBehindIt() {
        var report = ExitReport(status: .signal(9), ran: .seconds(4), wallMilliseconds: 0)
        report.note = "out of memory: limits.memory is 64 MiB"
        #expect(report.text == "killed by SIGKILL after 4 s (out of memory: limits.memory is 64 MiB)")
    }
}
