// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl start NAME…`
enum StartVerb {
    static let verb = Verb(
        name: "start", operands: [.services],
        summary: "start services, and say when they are ready",
        details: [
            "Also ends a stop, a hold and a crash loop's pause. Several are started side by side, and those that come "
                + "after others wait for them. Waits until each is ready, or has failed, or 90 s have passed; hostd "
                + "goes on in any case. \(Selector.help)",
            ActionRun.jsonHelp,
        ],
        sample: [
            "$ hostctl start gateway",
            "gateway: ready in 1.2 s, pid 4242",
        ],
        options: [.noWait],
        examples: [
            .init("hostctl start gateway", "start it and wait until it is ready"),
            .init("hostctl start proxy gateway --timeout 5m", "two of them, with five minutes to get there"),
            .init("hostctl start tag:edge", "all that are tagged edge"),
        ],
        exitCodes: [.failed: "a service did not get there", .noSuchName: "there is no service of that name"],
        patience: .seconds(90),
        run: { session throws(Failure) in try ActionRun.run("start", session) })
}
