// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl reset NAME…`
enum ResetVerb {
    static let verb = Verb(
        name: "reset", operands: [.services],
        summary: "forget the failures of services, and end the pause they made",
        details: [
            "What is in backoff or looping is started at once, and its next failure counts as the first; the count of "
                + "restarts begins anew. What runs is not touched. What is held or stopped stays so: hostctl start "
                + "starts it. Waits as start does. \(Selector.help)",
            ActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl reset gateway batch",
            "batch: failures forgotten, held as before (hostctl start batch starts it)",
            "gateway: failures forgotten, ready in 1.2 s, pid 4242",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl reset gateway", "try again now: the cause is gone"),
            .init("hostctl reset all", "begin all counts anew"),
        ],
        exitCodes: [
            .failed: "a service was started and did not get there", .noSuchName: "there is no service of that name",
        ],
        patience: .seconds(90),
        run: { session throws(Failure) in try ActionRun.run("reset", session) })
}
