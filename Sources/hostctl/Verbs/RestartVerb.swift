// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl restart NAME…`
enum RestartVerb {
    static let verb = Verb(
        name: "restart", arguments: .services(1...64),
        summary: "restart services, and say when they are ready again",
        details: [
            "One after the other, in the order given: the next is touched when the one before it is ready again or "
                + "has failed. Waits 90 s at most; hostd goes on in any case."
        ],
        options: [.noWait],
        examples: [
            .init("hostctl restart gateway", "replace it and wait until the new one is ready"),
            .init("hostctl restart gateway --no-wait", "have it done and go on at once"),
        ],
        exitCodes: [.failed: "a service did not get there", .noSuchName: "there is no service of that name"],
        patience: .seconds(90),
        run: { session throws(Failure) in try ActionRun.run("restart", session) })
}
