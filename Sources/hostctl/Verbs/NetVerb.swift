// SPDX-License-Identifier: Apache-2.0

internal import HostWire

/// `hostctl net`
enum NetVerb {
    static let verb = Verb(
        name: "net", operands: [],
        summary: "how the network does: delay, jitter and loss of each target, and what a trouble comes of",
        details: [
            "For each probe of [network]: the median, shortest and p99 time of an answer, its jitter (RFC 3550), how "
                + "much later than the shortest answers come (delay variation p50, p95), and the share that was lost, "
                + "of the last 40 questions; then the last 6 hours as a picture, with a ^ beneath what was past the "
                + "limit and an x beneath what was lost.",
            "Below, for each service that needs the network, its own connections beyond this host as the kernel sees "
                + "them: round trips, the share of segments that were sent again, and how long one of them was silent.",
            "A trouble has a cause: link, gateway, dns, portal, path, tls or provider.",
            "--json prints what hostd says, unchanged, the last hours in \"series\".",
        ],
        sample: [
            "$ hostctl net",
            "network warn, cause: provider",
            "    one target alone: openrouter: 1 of 10 answers is late by 100 ms or more",
            "",
            "openrouter  warn  http https://openrouter.ai/api/v1/models",
            "    1 of 10 answers is late by 100 ms or more",
            "    rtt 84 ms  min 61 ms  p99 402 ms  jitter 58 ms  delay variation p50 23 ms p95 341 ms  loss 0%",
            "    last: answered in 84 ms",
            "    ▁▁▁▁▁▁▁▁▁▁▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▂▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▁▃▁▁▁▁▁▁▁▁▁▁▁▁▆█▇█▇▆  0 to 402 ms, limit 161 ms",
            "                                                                      ^^^^^^",
            "    6 h ago                                                              now",
        ],
        examples: [
            .init("hostctl net", "the network now and in the last hours"),
            .init("hostctl net --json | jq '.targets[] | {name, rtt_p99_ms}'", "what a timeout should be well above"),
        ],
        exitCodes: [.attention: "the network is not as it should be"],
        run: { session throws(Failure) in
            let answer = try session.client.get(.network)
            let report = try session.client.read(answer.json, as: NetworkReport.init(json:))
            if session.wantsJSON {
                session.out.json(answer.bytes)
            } else {
                session.out.lines(NetworkPage(report: report, style: session.style, now: session.now).lines())
            }
            return report.level == "ok" ? .fine : .attention
        })
}
