// SPDX-License-Identifier: Apache-2.0

internal import HostConfig
internal import HostCore
internal import HostLinux
internal import HostWire

/// `hostd --self-test`: whether this binary could take over what runs now. Changes nothing.
nonisolated enum SelfTest {
    /// Says what is wrong to stderr, or its version to stdout, and returns the exit status.
    static func run(_ folders: Folders) -> Int32 {
        let problems = problems(folders)
        for problem in problems { StandardDescriptors.sayError(problem) }
        guard problems.isEmpty else { return ExitCode.failed.rawValue }
        StandardDescriptors.say(Release.version)
        return ExitCode.fine.rawValue
    }

    private static func problems(_ folders: Folders) -> [String] {
        var problems: [String] = []
        if case .failure(let missing) = Programs.find() { problems.append(missing.description) }
        let loader = ConfigurationLoader(folders: folders)
        let configuration: [ServiceSpecification]
        switch loader.load() {
        case .success((let read, _)): configuration = read.services
        // What runs now may run with an older one, too.
        case .failure(let failure):
            guard let accepted = loader.lastAccepted() else { return problems + [failure.description] }
            configuration = accepted.services
        }
        let epoch = Processes.epoch()
        for service in configuration {
            let path = "\(folders.run)/services/\(service.name)"
            guard let text = try? Files.readText(path, limit: 1 << 20) else { continue }
            guard let fields = FieldText(parsing: text) else {
                problems.append("\(path) cannot be read")
                continue
            }
            guard fields["epoch"] == epoch else { continue }
            if ServiceMachine(service, from: fields, seed: 0, at: Clock.now) == nil {
                problems.append("\(path) means nothing to this version")
            }
        }
        return problems
    }
}
