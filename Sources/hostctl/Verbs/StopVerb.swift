// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl stop NAME…`
enum StopVerb {
    static let verb = Verb(
        name: "stop", arguments: .services(1...64),
        summary: "stop services, and say when nothing of them is left",
        details: [
            "One after the other, in the order given. A stopped service stays down over restarts of hostd and of the "
                + "host, until hostctl start. Waits until its whole process tree is gone, or 90 s have passed; hostd "
                + "goes on in any case."
        ],
        options: [.noWait],
        examples: [
            .init("hostctl stop gateway", "stop it and wait until all of it is gone"),
            .init("hostctl stop gateway --timeout 6m", "the same for one that may finish its work first"),
        ],
        exitCodes: [.failed: "a service did not get there", .noSuchName: "there is no service of that name"],
        patience: .seconds(90),
        run: { session throws(Failure) in try ActionRun.run("stop", session) })
}
