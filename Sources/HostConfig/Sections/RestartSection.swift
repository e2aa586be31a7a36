// SPDX-License-Identifier: Apache-2.0

import HostCore

/// `[service.NAME.restart]`
enum RestartSection {
    static let section = Section(
        "service.NAME.restart", empty: RestartSpecification(),
        hint: "a table, like { policy = \"always\" }",
        keys: [
            Key("policy", .choice(), \.policy, also: ["when"], "Which exits are followed by a restart."),
            Key(
                "backoff", .time(.zero...TimeText.day), \.backoff, also: ["delay"],
                "The first delay; doubled with each further failure."),
            Key("max_backoff", .time(.zero...TimeText.day), \.maxBackoff, also: ["max_delay"], "No delay is longer."),
            Key(
                "jitter", .share, \.jitter,
                "Share of the delay that is drawn at random, so that many services do not restart in step."),
            Key(
                "stable", .time(.zero...TimeText.week), \.stable,
                "An instance that ran so long has proved itself: its failure starts the count anew."),
            Key(
                "burst", .integer(0...1000), \.burst, also: ["max_restarts", "start_limit_burst"],
                "So many failures within `window` are a crash loop; 0 is no limit."),
            Key("window", .time(.seconds(1)...TimeText.week), \.window, "The time that `burst` looks back on."),
            Key("hold_on_exit", .exitCodes(), \.holdOnExit, "Exit codes that say: do not restart me."),
            Key(
                "success_exit", .exitCodes(), \.successExit, also: ["exitcodes", "success_exit_status"],
                "Exit codes that are no failure."),
        ])
}
