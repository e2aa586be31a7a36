// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// How long it takes from the close() of models.toml until the file that `HOSTD_MODELS_FILE` names says the same: the
/// time that an edit has to settle, and what comes on top of it. With `--litellm` the swap of a real LiteLLM proxy.
func runSwapBench(_ arguments: [String]) -> Int {
    if arguments.contains("--litellm") { return runLiteLLMSwap(arguments) }
    guard let edits = option("--edits", in: arguments).map({ Int($0) }) ?? 200, (10...10_000).contains(edits) else {
        say("hostd-bench: --edits wants 10 to 10000")
        return 2
    }
    do {
        let host = try JobsHost(places: 1, under: option("--folder", in: arguments))
        let swaps = try ModelSwaps(host)
        var (whole, beyond): ([Double], [Double]) = ([], [])
        for number in 1...edits {
            let took = try swaps.edit(number).seconds * 1000
            whole.append(took)
            beyond.append(took - ModelPolicyMachine.settle.seconds * 1000)
        }
        let peer = try swaps.syncs(edits).map { $0.seconds * 1000 }
        var table = TextTable(["\(edits) edits", "p50 ms", "p99 ms", "worst ms"])
        for (title, times) in [
            ("from close() to the new content", whole),
            ("beyond the \(ModelPolicyMachine.settle.text) of settling", beyond),
            ("a file of that size, written with fsync and renamed", peer),
        ] {
            let sorted = times.sorted()
            table.add(
                title, decimal(median(times), 1), decimal(sorted[(sorted.count - 1) * 99 / 100], 1),
                decimal(sorted.last ?? .nan, 1))
        }
        table.show()
        return 0
    } catch {
        say("hostd-bench: \(error)")
        return 1
    }
}
