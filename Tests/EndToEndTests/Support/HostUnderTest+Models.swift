// SPDX-License-Identifier: Apache-2.0

import Glibc
import HostLinux
import HostWire
import TestKit

/// The policy of the models of the host.
extension HostUnderTest {
    var policyPath: String { dir + "/models.toml" }

    /// The file that `HOSTD_MODELS_FILE` names.
    var modelsPath: String { dir + "/run/models.json" }

    /// Writes models.toml as an editor does.
    func writePolicy(_ text: String) throws {
        try Files.replace(policyPath, with: Array(text.utf8))
    }

    func models() throws -> ModelsStatus { try ModelsStatus(json: try json("GET", "/v1/models")) }

    /// Waits until what is in force fulfils `condition`.
    @discardableResult
    func waitModels(
        _ what: String, seconds: Double = 20, _ condition: (ModelsStatus) -> Bool
    ) throws -> ModelsStatus {
        do {
            return try waitFor(what, seconds: seconds) {
                guard let models = try? models(), condition(models) else { return nil }
                return models
            }
        } catch {
            throw TimedOut(event: "\(what); it is \(String(describing: try? models()))\n\(said)")
        }
    }

    /// Waits until a generation is in force in which the tier has this model, and the file for children says so.
    @discardableResult
    func waitModel(_ tier: String, _ model: String) throws -> ModelsStatus {
        try waitModels("\(tier) to be \(model)") { models in
            models.tiers.contains { $0.name == tier && $0.model == model } && models.targets.allSatisfy(\.ok)
        }
    }

    /// What the file for children says: the generation, and the models by tier.
    func modelsFile() throws -> JSON { try JSON(parsing: try Files.read(modelsPath)) }

    /// A policy with one tier.
    static func policy(_ model: String, _ more: String = "") -> String {
        "policy = \"test\"\n[tier.agent]\nmodel = \"\(model)\"\n\(more)\n"
    }
}
