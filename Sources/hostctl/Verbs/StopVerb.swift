// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl stop NAME…`
enum StopVerb {
    static let verb = Verb(
        name: "stop", operands: [.services],
        summary: "stop services, and say when nothing of them is left",
        details: [
            "Of several, those that come after others are stopped before them, all else side by side. A stopped "
                + "service stays down over restarts of hostd and of the host, until hostctl start. Waits until the "
                + "whole process tree of each is gone, or 90 s have passed; hostd goes on in any case. "
                + Selector.help,
            ActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl stop tag:edge",
            "gateway: stopped in 2.1 s",
            "proxy: stopped in 2.2 s",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl stop gateway", "stop it and wait until all of it is gone"),
            .init("hostctl stop gateway --timeout 6m", "the same for one that may finish its work first"),
            .init("hostctl stop all", "everything, in the reverse order of after"),
        ],
        exitCodes: [.failed: "a service did not get there", .noSuchName: "there is no service of that name"],
        patience: .seconds(90),
        run: { session throws(Failure) in try ActionRun.run("stop", session) })
}
