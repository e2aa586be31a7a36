// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl start NAME…`
enum StartVerb {
    static let verb = Verb(
        name: "start", arguments: .services(1...64),
        summary: "start services, and say when they are ready",
        details: [
            "One after the other, in the order given. Also ends a stop, a hold and a crash loop's pause. Waits until "
                + "the service is ready, or has failed, or 90 s have passed; hostd goes on in any case."
        ],
        options: [.noWait],
        examples: [
            .init("hostctl start gateway", "start it and wait until it is ready"),
            .init("hostctl start proxy gateway --timeout 5m", "two of them, each with five minutes to get there"),
        ],
        exitCodes: [.failed: "a service did not get there", .noSuchName: "there is no service of that name"],
        patience: .seconds(90),
        run: { session throws(Failure) in try ActionRun.run("start", session) })
}
