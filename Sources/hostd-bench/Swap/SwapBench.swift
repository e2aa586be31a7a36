// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

/// How long it takes from the close() of models.toml until the file that `HOSTD_MODELS_FILE` names says the same: the
/// time that an edit has to settle, and what comes on top of it. With `--litellm` the swap of a real LiteLLM proxy.
func runSwapBench(_ arguments: [String]) -> Int {
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

/// Edits of the policy of a host, and looks at what children see of them.
struct ModelSwaps {
    private static let patience: Duration = .seconds(10)
    private static let lookEvery: UInt32 = 200

    private let policy: String
    private let models: String
    private let beside: String

    init(_ host: JobsHost) throws {
        policy = host.path + "/models.toml"
        models = host.path + "/run/models.json"
        beside = host.path + "/state/beside"
        _ = try edit(0)
    }

    private static func text(_ number: Int) -> String {
        "policy = \"bench\"\n[tier.agent]\nmodel = \"vendor/model-\(number)\"\n[tier.reasoning]\nmodel = \"vendor/other\"\n"
    }

    /// One edit, every other in place; how long it took until children see it.
    func edit(_ number: Int) throws -> Duration {
        let bytes = Array(Self.text(number).utf8)
        if number.isMultiple(of: 2) {
            try Files.replace(policy, with: bytes)
        } else {
            let file = try Descriptor(opening: policy, O_WRONLY | O_TRUNC)
            try file.write(all: bytes)
        }
        let closed = Clock.now
        let wanted = "\"vendor/model-\(number)\""
        while Clock.now - closed < Self.patience {
            if let text = try? Files.readText(models), text.firstRange(of: wanted) != nil { return Clock.now - closed }
            usleep(Self.lookEvery)
        }
        throw BenchError("edit \(number) was not seen within \(Self.patience.text)")
    }

    /// The least that is written for each generation, twice: the commit of the store and the copy beside it.
    func syncs(_ count: Int) throws -> [Duration] {
        try (0..<count).map { number in
            let began = Clock.now
            try Files.replace(beside, with: Array(Self.text(number).utf8), sync: true)
            return Clock.now - began
        }
    }
}
