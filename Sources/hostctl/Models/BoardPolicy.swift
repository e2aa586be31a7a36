// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// What the policy of this host has to do with a ranking: which models it names, and where the ranking is had from.
struct BoardPolicy {
    /// The policy; nil where there is none, or none that can be read.
    let policy: ModelPolicy?
    /// Why there is none; nil where there is one.
    let problem: String?

    init(_ session: Session) {
        let path = Self.path(session)
        guard Files.exists(path) else {
            policy = nil
            problem = "there is no policy at \(path): models of this host are not compared"
            return
        }
        do throws(Failure) {
            policy = try Self.read(path)
            problem = nil
        } catch {
            policy = nil
            problem = error.text + ": models of this host are not compared"
        }
    }

    /// models.toml beside hostd.toml, or what came from the configured source.
    private static func path(_ session: Session) -> String {
        let main = Places.configuration(session.request)
        if Files.exists(main), let files = try? ConfigurationFiles.read(session.request),
            case .success(let configuration) = ConfigurationReader.read(files), configuration.models.url != nil
        {
            return Places.state(session.request) + "/models/source.toml"
        }
        return Places.policy(session.request)
    }

    private static func read(_ path: String) throws(Failure) -> ModelPolicy {
        switch PolicyReader.read(files: try PolicyFiles.read(path)) {
        case .success(let policy): return policy
        case .failure(let errors): throw Failure(.badFile, "\(errors.errors.first.map { "\($0)" } ?? "\(errors)")")
        }
    }

    /// The models that it names and where, the tiers by name.
    var models: [(model: String, place: String)] {
        (policy?.tiers ?? [:]).sorted { $0.key < $1.key }.flatMap { name, tier in
            [(tier.model, "tier.\(name)")] + tier.fallback.map { ($0, "tier.\(name).fallback") }
                + (tier.gray.map { [($0.model, "tier.\(name).gray")] } ?? [])
        }
    }

    /// The tiers that everybody may use and that try nobody yet, `agent` first: premium models are not chosen by how
    /// many use them.
    var openTiers: [BoardProposal.Tier] {
        (policy?.tiers ?? [:]).filter { $0.value.allow.isEmpty && $0.value.gray == nil }
            .sorted { ($1.key == "agent" ? 1 : 0, $0.key) < ($0.key == "agent" ? 1 : 0, $1.key) }
            .map { BoardProposal.Tier(name: $0.key, model: $0.value.model, fallback: $0.value.fallback) }
    }
}
