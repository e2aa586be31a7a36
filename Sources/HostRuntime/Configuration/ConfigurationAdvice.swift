// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLaunch
internal import HostLoop

/// What a configuration without errors asks of this host that it will not get, or should not. Looks up names and files:
/// for a Worker, or before the loop runs.
nonisolated struct ConfigurationAdvice: Hashable, Sendable {
    /// What will never run as it stands.
    private(set) var refusals: [String] = []
    /// What runs, and should be put right.
    private(set) var warnings: [String] = []

    var lines: [String] { refusals + warnings }

    init(_ configuration: HostConfiguration) {
        for service in configuration.services {
            look(at: service.launch, "service.\(service.name.family)")
        }
        for kind in configuration.kinds where kind.launch.user != nil {
            look(at: kind.launch, "kind.\(kind.name)")
        }
    }

    private mutating func look(at launch: LaunchSpecification, _ place: String) {
        let identity: ChildIdentity
        do throws(LaunchError) {
            identity = try ChildIdentity.resolve(launch)
        } catch {
            if error.isLasting { Self.add("\(place): \(error)", to: &refusals) }
            return
        }
        guard let path = launch.environmentFile,
            let complaint = SecretReaders.complaint(about: path, for: identity)
        else { return }
        Self.add("\(place).env_file: \(complaint)", to: &warnings)
    }

    /// Instances of one service say the same.
    private static func add(_ line: String, to lines: inout [String]) {
        if !lines.contains(line) { lines.append(line) }
    }
}

extension Supervisor {
    private static let adviceDeadline: Duration = .seconds(10)

    /// Looks, beside the loop, what is to be said of the configuration in force, and says it by condition config.
    func lookForAdvice() {
        let configuration = self.configuration
        files.submit(deadline: Self.adviceDeadline) {
            ConfigurationAdvice(configuration).lines
        } then: { [weak self] (outcome: WorkOutcome<[String]>) in
            guard let self, case .done(let lines) = outcome, lines != self.advice else { return }
            self.advice = lines
            for line in lines { Journal.say(.warning, line) }
            self.showConfigCondition()
        }
    }
}
