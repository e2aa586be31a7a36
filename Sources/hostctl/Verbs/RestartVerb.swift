// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl restart NAME…`
enum RestartVerb {
    static let verb = Verb(
        name: "restart", operands: [.services],
        summary: "restart services, and say when they are ready again",
        details: [
            "Each is ended and started anew. Instances of one service take turns: the next is touched when the one "
                + "before it is ready again, and not at all when that is not well. Others go side by side, those first "
                + "that others come after. Waits 90 s at most for each instance in turn; hostd goes on in any case. "
                + Selector.help,
            ActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl restart agent gateway",
            "agent: failed: backoff 250 ms: exit 1 after 0.1 s, last line: Error: no key",
            "gateway: ready in 1.2 s, pid 4242",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl restart gateway", "replace it and wait until the new one is ready"),
            .init("hostctl restart 'worker@*'", "all instances of worker, one after the other"),
            .init("hostctl restart gateway --no-wait", "have it done and go on at once"),
        ],
        exitCodes: [.failed: "a service did not get there", .noSuchName: "there is no service of that name"],
        patience: .seconds(90),
        run: { session throws(Failure) in try ActionRun.run("restart", session) })
}
