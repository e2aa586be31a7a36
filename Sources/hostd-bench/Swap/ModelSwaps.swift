// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostCore
import HostLinux

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
        "policy = \"bench\"\n[tier.agent]\nmodel = \"vendor/model-\(number)\"\n"
            + "[tier.reasoning]\nmodel = \"vendor/other\"\n"
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
