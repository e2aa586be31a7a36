// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The table of benches: `hostd-bench NAME …`.
func runBench(_ arguments: [String]) -> Int {
    guard let name = arguments.first else {
        say(
            """
            usage: hostd-bench simulate [--seeds N] [--seed S] [--seconds T] [--part services|jobs|policy]
                   hostd-bench rules [--trials N]
                   hostd-bench recovery [--rounds N]
                   hostd-bench footprint [--seconds N]
                   hostd-bench conditions [--seconds N] [--days N]
                   hostd-bench scale [--services N] [--rounds N] [--only NAME]
                   hostd-bench hostctl [--calls N] [--services N]
                   hostd-bench logs [--megabytes N] [--rounds N] [--folder DIR]
                   hostd-bench jobs [--queued N] [--running N] [--launches N] [--folder DIR]
                   hostd-bench floods [--flooders N] [--seconds N] [--folder DIR]
                   hostd-bench swap [--edits N] [--folder DIR]
                   hostd-bench swap --litellm [--rate N]
            """)
        return 2
    }
    let rest = Array(arguments.dropFirst())
    switch name {
    case "simulate": return runSimulateBench(rest)
    case "rules": return runRulesBench(rest)
    case "recovery": return runRecoveryBench(rest)
    case "footprint": return runFootprintBench(rest)
    case "conditions": return runConditionsBench(rest)
    case "scale": return runScaleBench(rest)
    case "hostctl": return runHostctlBench(rest)
    case "logs": return runLogsBench(rest)
    case "jobs": return runJobsBench(rest)
    case "floods": return runFloodsBench(rest)
    case "swap": return runSwapBench(rest)
    case "logs-generator": return runLogsGenerator(rest)
    default:
        say(
            "hostd-bench: no bench is called \"\(name)\" (there are: simulate, rules, recovery, footprint,"
                + " conditions, scale, hostctl, logs, jobs, swap, floods)")
        return 2
    }
}

/// Whether a bench starts supervisors.
func startsProcesses(_ arguments: [String]) -> Bool {
    ["recovery", "footprint", "conditions", "scale", "hostctl", "logs", "jobs", "swap", "floods"].contains(
        arguments.first ?? "")
}

/// One line to stdout.
func say(_ text: String) {
    let line = Array((text + "\n").utf8)
    _ = line.withUnsafeBytes { write(1, $0.baseAddress, $0.count) }
}

/// The value after `--name`, if it is there.
func option(_ name: String, in arguments: [String]) -> String? {
    guard let index = arguments.firstIndex(of: name), index + 1 < arguments.count else { return nil }
    return arguments[index + 1]
}
